mkdir -p t/templates; printf 'apiVersion: v2\nname: t\nversion: 0.1.0\n' > t/Chart.yaml; printf 'i: 3\ns: x\nl: [1]\nm: {a: {b: c}}\n' > t/values.yaml
try() { printf '%s' "$1" > t/templates/a.yaml; helm template rel t; }
try '{{ .Values.zzz.y }}'
try '{{ .Values.s.y }}'
try '{{ nope 1 }}'
try '{{ if }}x{{ end }}'
try '{{ range .Values.i }}x{{ end }}'
try '{{ fail "broken" }}'
try '{{ required "need it" .Values.zzz }}'
try '{{ include "no" . }}'
try '{{ template "no" . }}'
try '{{ if eq .Values.i "x" }}{{ end }}'
try 'a: {{ .Foo }}'
try '{{ $x }}'
try '{{ end }}'
try '{{ define "x" }}{{ fail "in x" }}{{ end }}
{{ include "x" . }}'
try '{{ define "x" }}{{ .Values.q.r }}{{ end }}
a: {{ include "x" . }}'
try '{{ index .Values.l 9 }}'
try '{{ index .Values.m "q" "r" }}'
try '{{ "abc'
try '{{ upper }}'
try '{{ .Values.l.foo }}'
try '{{ lt 1 "a" }}'
try '{{ break }}'
try '{{ .Values.s | nindent 4 | upper 3 }}'
try '{{ tpl "{{ .Values.q.r }}" . }}'
try '{{ tpl "{{ nope }}" . }}'
try 'a: [1'
try 'kind: ConfigMap
apiVersion: v1
---
kind: Namespace
apiVersion: v1
---
# nothing
---
kind: Service
apiVersion: v1'
helm template nope
helm template rel ./nope
helm template rel
helm template
helm template Rel t
helm template rel t extra
helm template rel t --nope
mkdir empty; helm template rel empty
printf 'name: x\nversion: 1.0.0\n' > empty/Chart.yaml; helm template rel empty
printf 'apiVersion: v2\nname: x\nversion: one\n' > empty/Chart.yaml; helm template rel empty
printf 'apiVersion: v2\nname: x\nversion: 1.0.0\nkubeVersion: ">=1.99"\n' > empty/Chart.yaml; helm template rel empty
printf 'apiVersion: v2\nname: x\nversion: 1.0.0\ntype: library\n' > empty/Chart.yaml; helm template rel empty
printf 'apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n- name: dep\n  version: 1.0.0\n  repository: https://x.example\n' > empty/Chart.yaml; helm template rel empty; helm dependency list empty
helm foo
helm install
helm status
helm repo list
helm repo update
helm search repo x
helm install x stable/foo
helm version
helm version --short
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' > t/templates/a.yaml; helm lint t
helm lint nope
