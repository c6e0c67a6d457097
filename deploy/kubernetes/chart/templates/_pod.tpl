{{/* A container of a daemon: root, daemon, resources, isSidecar, state (is the directory of the state mounted?). */}}
{{- define "rollcall.container" -}}
{{- $root := .root -}}
{{- $port := include "rollcall.port" (list $root .daemon) -}}
name: {{ .daemon }}
{{- if .isSidecar }}
restartPolicy: Always
{{- end }}
image: {{ include "rollcall.image" $root }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
args: [{{ .daemon }}, --config, /etc/rollcall/config.yaml, --host, 0.0.0.0]
{{- with $root.Values.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - { name: {{ .daemon }}, containerPort: {{ $port }} }
{{- if .isSidecar }}
# The containers behind it start once it listens.
startupProbe:
  httpGet: { path: /livez, port: {{ .daemon }} }
  periodSeconds: 1
  failureThreshold: 60
{{- end }}
livenessProbe:
  httpGet: { path: /livez, port: {{ .daemon }} }
  periodSeconds: 10
  timeoutSeconds: 5
{{- if eq .daemon "gateway" }}
# 200 once it has heard from a prober{{ if $root.Values.control.enabled }} and from control{{ end }}, until it drains; whether any model is ready does not matter to it.
readinessProbe:
  httpGet: { path: /readyz, port: gateway }
  periodSeconds: 2
  timeoutSeconds: 2
{{- else if not .isSidecar }}
# Not /readyz: that is 503 while any model cannot be called, and a rollout would wait for it. Ten seconds are enough for
# the first roll call; the other prober is replaced only then.
readinessProbe:
  httpGet: { path: /livez, port: {{ .daemon }} }
  initialDelaySeconds: 10
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
# Directories, not subPath: a subPath mount would never see an edited ConfigMap or Secret.
volumeMounts:
  - { name: config, mountPath: /etc/rollcall, readOnly: true }
  - { name: keys, mountPath: /run/secrets/rollcall, readOnly: true }
  {{- if .state }}
  - { name: state, mountPath: /var/lib/rollcall }
  {{- end }}
  {{- with $root.Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* What pods of all kinds have in common: root, component, values (of that component). */}}
{{- define "rollcall.podHead" -}}
{{- $root := .root -}}
serviceAccountName: {{ include "rollcall.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  # One user for all, since the snapshot is readable by its owner alone, and none that a node may have.
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with $root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - {{ toYaml . | nindent 4 | trim }}
    labelSelector:
      matchLabels:
        {{- include "rollcall.selector" (dict "root" $root "component" $.component) | nindent 8 }}
  {{- end }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* root, state: memory, claim, or nothing. */}}
{{- define "rollcall.volumes" -}}
{{- $root := .root -}}
- name: config
  configMap: { name: {{ include "rollcall.configMap" $root }} }
- name: keys
  # 0440, for the group.
  secret: { secretName: {{ include "rollcall.secret" $root }}, defaultMode: 288 }
{{- if eq .state "memory" }}
# The snapshot goes through it every two seconds: memory, not the node's disk.
- name: state
  emptyDir: { medium: Memory, sizeLimit: 16Mi }
{{- else if .state }}
- name: state
  persistentVolumeClaim: { claimName: {{ .state }} }
{{- end }}
{{- with $root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
