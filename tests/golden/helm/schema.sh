mkdir -p p/templates p/charts/child/templates
printf 'apiVersion: v2\nname: p\nversion: 1.0.0\nicon: https://x.example/i.png\ndependencies:\n- name: child\n  version: 0.1.0\n  repository: ""\n' > p/Chart.yaml
printf 'replicas: 2\nimage: {tag: v1}\n' > p/values.yaml
printf 'apiVersion: v2\nname: child\nversion: 0.1.0\n' > p/charts/child/Chart.yaml
printf 'size: 1\n' > p/charts/child/values.yaml
printf '{"type":"object","properties":{"size":{"type":"integer"}}}\n' > p/charts/child/values.schema.json
cat > p/values.schema.json <<'X'
{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["image", "replicas"],
 "definitions": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}},
 "properties": {"replicas": {"type": "integer", "minimum": 1},
  "image": {"type": "object", "additionalProperties": false, "properties": {"tag": {"type": "string", "pattern": "^v[0-9]+$"}, "pullPolicy": {"enum": ["Always", "IfNotPresent"]}}},
  "port": {"$ref": "#/definitions/port"}, "any": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]}}}
X
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {replicas: "{{ .Values.replicas }}"}\n' > p/templates/c.yaml
helm template rel p
helm template rel p --set replicas=many
helm template rel p --set replicas=0 --set child.size=x
helm template rel p --set image.tag=1.27
helm template rel p --set image.name=nginx
helm template rel p --set image.pullPolicy=Never
helm template rel p --set port=70000
helm template rel p --set any=3
helm template rel p --set image=null
helm template rel p --set replicas=0 --skip-schema-validation
helm lint p --set replicas=0
helm package p
