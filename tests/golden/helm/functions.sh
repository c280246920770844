mkdir -p t/templates; printf 'apiVersion: v2\nname: t\nversion: 0.1.0\nappVersion: "1.0"\n' > t/Chart.yaml
cat > t/values.yaml <<'X'
i: 3
big: 1234567890
f: 1.5
s: "x"
b: true
n: null
l: [1, a, 2.5]
m: {z: 1, a: {b: c}}
X
cat > t/templates/a.yaml <<'X'
i: {{ .Values.i }} {{ kindOf .Values.i }} {{ typeOf .Values.i }}
big: {{ .Values.big }} {{ .Values.big | int }} {{ int64 .Values.big }}
f: {{ .Values.f }}
l: {{ .Values.l }} {{ .Values.m }} {{ .Values.n }} {{ .Values.zzz }}
eq: {{ eq (int .Values.i) 3 }} {{ add .Values.i 1 }} {{ mul 2 .Values.f }} {{ div 7 2 }} {{ addf 1.5 1 }}
yaml: {{ toYaml .Values.m | nindent 2 }}
rel: {{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }} {{ .Release.IsInstall }} {{ .Release.Revision }}
chart: {{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.AppVersion }} {{ .Chart.Type }}
cap: {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "nope/v1" }}
tpl: {{ .Template.Name }} {{ .Template.BasePath }}
X
cat > t/templates/b.yaml <<'X'
{{- $d := dict "x" 1 }}
{{- $_ := set $d "y" 2 }}
json: {{ toJson .Values.l | quote }} {{ dict "a" "<b>" | toJson | squote }}
lt: {{ lt 1 2 }} {{ gt 2.0 1.0 }} {{ ge "b" "a" }} {{ ne "a" "b" }} {{ and 1 0 }} {{ or "" "x" }} {{ not 1 }}
p: {{ printf "%v %d %s %05d %-5s| %5.2f %t %T %x %3d%%" .Values.m 3 "s" 42 "ab" 3.14159 true .Values.i "hi" 5 | quote }}
sha: {{ "x" | sha256sum }} {{ "x" | sha1sum }} {{ "x" | b64enc }} {{ "eA==" | b64dec }} {{ "x" | adler32sum }}
range: {{ range $i, $e := .Values.l }}{{ $i }}={{ $e }};{{ end }} {{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ else }}none{{ end }}
until: {{ range untilStep 0 10 3 }}{{ . }},{{ end }} {{ seq 1 3 }} {{ seq 5 }} {{ until 3 }} {{ seq 0 2 10 }} {{ seq 3 1 }}
def: {{ default "d" .Values.n }} {{ coalesce .Values.n 0 "c" }} {{ ternary "t" "f" true }} {{ empty "" }} {{ default 0 .Values.i }}
str: {{ upper "ab" }} {{ lower "AB" }} {{ title "hello world" }} {{ untitle "Hello" }} {{ trimSuffix "b" "ab" }} {{ trimPrefix "a" "ab" }} {{ "a-b" | replace "-" "_" }} {{ trim "  x " }} {{ trimAll "-" "--x-" }}
str2: {{ splitList "," "a,b" }} {{ join "-" (list "a" 1) }} {{ (split "-" "x-y")._1 }} {{ trunc 3 "abcdef" }} {{ trunc -3 "abcdef" }} {{ substr 1 3 "abcdef" }} {{ abbrev 5 "hello world" }} {{ initials "Hello World" }} {{ repeat 3 "ab" }} {{ nospace "a b c" }} {{ contains "b" "abc" }} {{ hasPrefix "a" "abc" }} {{ hasSuffix "c" "abc" }}
case: {{ snakecase "FooBar" }} {{ camelcase "foo_bar" }} {{ kebabcase "FooBar" }} {{ swapcase "aB" }} {{ cat "a" 1 nil "b" }} {{ plural "one" "many" 2 }} {{ wrap 5 "ab cd ef" | quote }}
regex: {{ regexReplaceAll "a(.)" "abac" "<${1}>" | quote }} {{ regexMatch "^a" "ab" }} {{ regexFind "b+" "abbc" }} {{ regexFindAll "[0-9]" "a1b2c3" -1 }} {{ regexSplit "z+" "pizza" -1 }} {{ regexQuoteMeta "1.2" | quote }}
semver: {{ semverCompare ">=1.19-0" "1.36.0" }} {{ semverCompare "^1.2" "2.0.0" }} {{ semverCompare "~1.4" "1.4.9" }} {{ (semver "1.2.3-beta+x").Minor }}
dict: {{ dict "a" 1 "b" (list 1 2) }} {{ $d }} {{ keys $d | sortAlpha }} {{ hasKey $d "x" }} {{ get $d "q" }} {{ pluck "x" $d }} {{ omit $d "x" }} {{ pick $d "x" }} {{ merge (dict "a" 1) (dict "a" 2 "b" 3) }} {{ mergeOverwrite (dict "a" 1) (dict "a" 2) }} {{ dig "a" "b" "no" .Values.m }} {{ dig "q" "no" .Values.m }} {{ values (dict "k" "v") }}
list: {{ first .Values.l }} {{ last .Values.l }} {{ rest .Values.l }} {{ initial .Values.l }} {{ reverse .Values.l }} {{ append .Values.l "z" }} {{ prepend .Values.l 0 }} {{ uniq (list 1 1 2) }} {{ without (list 1 2 3) 2 }} {{ has 1 (list 1 2) }} {{ compact (list 1 "" 2) }} {{ concat (list 1) (list 2) }} {{ slice .Values.l 1 2 }} {{ index .Values.l 1 }} {{ chunk 2 (list 1 2 3) }} {{ sortAlpha (list "c" "a") }}
num: {{ max 1 2 3 }} {{ min 3 1 }} {{ floor 1.7 }} {{ ceil 1.2 }} {{ round 1.234 2 }} {{ 1.0 }} {{ 1e3 }} {{ 0x10 }} {{ len "abc" }} {{ len .Values.l }} {{ mod 7 3 }} {{ sub 5 2 }} {{ add1 1 }} {{ int "12" }} {{ float64 "1.5" }} {{ atoi "7" }} {{ int64 .Values.f }} {{ toString 5 | kindOf }} {{ 1000000.0 }} {{ mulf 1.5 2 }} {{ divf 1 4 }} {{ subf 1.5 0.25 }}
kinds: {{ kindOf .Values.m }} {{ kindOf .Values.l }} {{ kindIs "string" .Values.s }} {{ typeIs "bool" .Values.b }} {{ kindOf nil }} {{ deepEqual (list 1) (list 1) }}
path: {{ base "/a/b.txt" }} {{ dir "/a/b.txt" }} {{ ext "/a/b.txt" }} {{ clean "/a/../b" }} {{ isAbs "/a" }}
X
cat > t/templates/c.yaml <<'X'
{{- define "named" -}}
<{{ .a }}|{{ .b }}>
{{- end -}}
{{- /* a comment */ -}}
inc: {{ include "named" (dict "a" 1 "b" "two") | quote }}
t: "{{ template "named" (dict "a" "x" "b" .Values.i) }}"
tpl: {{ tpl "{{ .Values.s }}-{{ .Release.Name }}" . }}
with: {{ with .Values.m }}{{ .a.b }}{{ $.Values.s }}{{ end }} {{ with .Values.n }}x{{ else }}none{{ end }}
{{ if and .Values.b (eq .Values.s "x") -}}
cond: yes
{{- else if .Values.n }}
cond: no
{{- else -}}
cond: other
{{- end }}
vars: {{ $a := 1 }}{{ range .Values.l }}{{ $a = add $a 1 }}{{ end }}{{ $a }}
brk: {{ range $i, $_ := .Values.l }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ end }}
fromYaml: {{ (fromYaml "a: {b: 1}").a.b }} {{ (fromJson "{\"x\": [1, 2]}").x }} {{ fromYamlArray "[1, 2]" }}
ind: |
{{ "line1\nline2" | indent 2 }}
files: {{ .Files.Get "data.txt" | quote }} {{ range $p, $_ := .Files.Glob "conf/*" }}{{ $p }};{{ end }} {{ .Files.Lines "data.txt" }}
cfg:
{{ (.Files.Glob "conf/*").AsConfig | indent 2 }}
sec:
{{ (.Files.Glob "conf/*").AsSecrets | indent 2 }}
lookup: {{ lookup "v1" "Pod" "default" "x" }}
date: {{ 0 | int64 | date "2006-01-02" | kindOf }}
X
printf 'hello\nthere\n' > t/data.txt; mkdir t/conf; printf 'a=1\n' > t/conf/a.ini; printf 'b=2\n' > t/conf/b.ini
helm template rel t -s templates/a.yaml
helm template rel t -s templates/b.yaml
helm template rel t -s templates/c.yaml
helm template t
helm template rel t --set i=5,s=y --set-string big=12 -s templates/a.yaml -n prod
helm template rel t --set 'l={p,q}' --set m.a.b=d --set 'm.z=null' --set-json 'extra={"k": [1]}' -s templates/a.yaml
printf 's: from-file\nm: {a: {b: file}}\n' > v.yaml; printf 'i: 9\n' > w.yaml
helm template rel t -f v.yaml -f w.yaml --set i=10 -s templates/a.yaml
helm template rel t --set-file s=v.yaml -s templates/a.yaml
helm template rel t -s templates/nope.yaml
helm template rel t -f nope.yaml
helm template rel t --set a
helm template rel t --kube-version 1.25.0 -a nope/v1 -s templates/a.yaml
helm template rel t --is-upgrade -s templates/a.yaml
