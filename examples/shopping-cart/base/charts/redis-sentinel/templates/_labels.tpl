{{- define "labels" -}}
app.kubernetes.io/component: node
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/name: redis
{{- end }}
{{- define "masterSet" -}}
{{ .Values.masterSet | default .Release.Name }}
{{- end }}
