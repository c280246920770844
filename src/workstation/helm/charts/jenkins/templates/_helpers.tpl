{{/* The name of everything: that of the release and the chart. */}}
{{- define "jenkins.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "jenkins.serviceAccountName" -}}
{{- default (include "jenkins.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "jenkins.selectorLabels" -}}
app.kubernetes.io/component: jenkins-controller
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "jenkins.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
{{ include "jenkins.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The password of before, or a given one, or a new one. */}}
{{- define "jenkins.password" -}}
{{- $old := lookup "v1" "Secret" .Release.Namespace (include "jenkins.fullname" .) -}}
{{- if .Values.controller.adminPassword -}}
{{- .Values.controller.adminPassword | b64enc -}}
{{- else if $old -}}
{{- index $old.data "jenkins-admin-password" -}}
{{- else -}}
{{- randAlphaNum 22 | b64enc -}}
{{- end -}}
{{- end -}}
