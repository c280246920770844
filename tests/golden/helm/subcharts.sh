mkdir -p p/templates/sub p/charts/child/templates p/charts/other/templates p/crds
printf 'apiVersion: v2\nname: p\nversion: 1.2.3+build\nappVersion: 4.5\ndescription: A parent\nicon: https://x.example/i.png\ndependencies:\n- name: child\n  version: 0.1.0\n  condition: child.enabled\n  repository: ""\n- name: other\n  version: 0.1.0\n  tags: [extra]\n  repository: ""\n' > p/Chart.yaml
printf 'global: {env: prod}\nchild: {color: red, deep: {a: 1}}\ntags: {extra: true}\nname: parent\n' > p/values.yaml
printf 'apiVersion: v2\nname: child\nversion: 0.1.0\n' > p/charts/child/Chart.yaml
printf 'color: blue\nshape: round\ndeep: {a: 0, b: 2}\n' > p/charts/child/values.yaml
printf 'apiVersion: v2\nname: other\nversion: 0.1.0\n' > p/charts/other/Chart.yaml
cat > p/charts/child/templates/cm.yaml <<'X'
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
data:
  color: {{ .Values.color }}
  shape: {{ .Values.shape }}
  deep: {{ .Values.deep | toJson | quote }}
  env: {{ .Values.global.env }}
  who: {{ include "who" . }}
X
printf '{{ define "who" }}child{{ end }}\n' > p/charts/child/templates/_x.tpl
printf '{{ define "who" }}parent of {{ .Chart.Name }}{{ end }}\n' > p/templates/_x.tpl
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: pre\n  annotations:\n    "helm.sh/hook": pre-install,pre-upgrade\n    "helm.sh/hook-weight": "-5"\n' > p/templates/sub/mixed.yaml
printf 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n' > p/templates/a.yaml
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: svc, labels: {sub: {{ .Subcharts.child.Values.color }}}}\n' > p/templates/z.yaml
printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations: {"helm.sh/hook": test}\n' > p/templates/test.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o}\n' > p/charts/other/templates/o.yaml
printf 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n' > p/crds/x.yaml
printf 'notes of {{ .Release.Name }}\n' > p/templates/NOTES.txt
helm template rel p
helm template rel p --set child.enabled=false
helm template rel p --set tags.extra=false --no-hooks
helm template rel p --include-crds --skip-tests
helm template rel p --set child.color=green,global.env=test,child.deep.b=null
helm show chart p
helm show values p
helm dependency list p
helm lint p
helm package p
ls
helm template rel p-1.2.3+build.tgz -s charts/child/templates/cm.yaml
helm show chart p-1.2.3+build.tgz
