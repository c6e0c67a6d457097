{{/* The config of the values and what the chart adds to it; what is written wins. */}}
{{- define "rollcall.config" -}}
{{- $gateway := dict "settle" "10s" "drain" (ternary "1m" "5m" .Values.control.enabled) -}}
{{- $state := dict "file" "/var/lib/rollcall/state.json" -}}
{{- if eq .Values.prober.mode "separate" -}}
{{- $_ := set $state "probers" (include "rollcall.probers" . | fromYamlArray) -}}
{{- end -}}
{{- $rollcall := dict "gateway" $gateway "state" $state -}}
{{- if .Values.control.enabled -}}
{{- $_ := set $rollcall "keys" true -}}
{{- end -}}
{{- $general := dict "master_key" "file//run/secrets/rollcall/master-key" -}}
{{- mergeOverwrite (dict "general_settings" $general "rollcall" $rollcall) (deepCopy (default dict .Values.config)) | toYaml -}}
{{- end -}}

{{/* Each by its own name: behind one name a gateway would meet now the one and now the other. */}}
{{- define "rollcall.probers" -}}
{{- $name := printf "%s-prober" (include "rollcall.fullname" .) -}}
{{- range $index := until (int .Values.prober.replicas) }}
- http://{{ $name }}-{{ $index }}.{{ $name }}:{{ include "rollcall.port" (list $ "prober") }}
{{- end -}}
{{- end -}}

{{- define "rollcall.port" -}}
{{- $root := index . 0 -}}
{{- $daemon := index . 1 -}}
{{- $default := get (dict "gateway" 4000 "prober" 4001 "control" 4002) $daemon -}}
{{- dig "rollcall" $daemon "port" $default (default dict $root.Values.config) | int -}}
{{- end -}}

{{/* "500ms", "2s", "10m", "1h", "7d" or a number of seconds, in whole seconds. */}}
{{- define "rollcall.seconds" -}}
{{- $path := index . 0 -}}
{{- $text := index . 1 | toString -}}
{{- if not (regexMatch "^\\s*[0-9]+(\\.[0-9]+)?\\s*(ms|s|m|h|d)?\\s*$" $text) -}}
{{- fail (printf "config.%s: %q is no duration: write 500ms, 30s, 10m or 1h" $path $text) -}}
{{- end -}}
{{- $unit := default "s" (regexFind "[a-z]+" $text) -}}
{{- $factor := get (dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0) $unit -}}
{{- mulf (regexFind "[0-9]+(\\.[0-9]+)?" $text | float64) $factor | ceil | int -}}
{{- end -}}

{{/* Longer than the gateway takes to stop: settle, then drain. */}}
{{- define "rollcall.graceSeconds" -}}
{{- $config := dict -}}
{{- if not .Values.existingConfigMap -}}
{{- $config = include "rollcall.config" . | fromYaml -}}
{{- end -}}
{{- $settle := include "rollcall.seconds" (list "rollcall.gateway.settle" (dig "rollcall" "gateway" "settle" "0s" $config)) -}}
{{- $drain := include "rollcall.seconds" (list "rollcall.gateway.drain" (dig "rollcall" "gateway" "drain" "10m" $config)) -}}
{{- add $settle $drain .Values.gateway.extraGraceSeconds -}}
{{- end -}}

{{/* Ports of the backends: those of every api_base in the config, and networkPolicy.backendPorts. */}}
{{- define "rollcall.backendPorts" -}}
{{- $ports := .Values.networkPolicy.backendPorts -}}
{{- $written := .Values.config | toYaml -}}
{{- range regexFindAll "api_base: *['\"]?https?://[^\\s'\"]+" $written -1 -}}
{{- $url := regexFind "https?://.*" . | urlParse -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (default (ternary "443" "80" (eq $url.scheme "https")) $port | int) -}}
{{- end -}}
{{- range $ports | uniq }}
- {{ . | int }}
{{- end -}}
{{- end -}}

{{/* What the schema cannot say. */}}
{{- define "rollcall.validate" -}}
{{- $values := .Values -}}
{{- $config := default dict $values.config -}}
{{- if and $config $values.existingConfigMap -}}
{{- fail "config and existingConfigMap: set one of them" -}}
{{- end -}}
{{- if not (or $values.existingConfigMap $config.model_list) -}}
{{- fail "config.model_list is empty: write LiteLLM's config.yaml under `config`, or name a ConfigMap in existingConfigMap" -}}
{{- end -}}
{{- range tuple "file" "probers" -}}
{{- if dig "rollcall" "state" . "" $config -}}
{{- fail (printf "config.rollcall.state.%s is the chart's own: leave it out, prober.mode says how gateways meet probers" .) -}}
{{- end -}}
{{- end -}}
{{- $keys := dig "rollcall" "keys" false $config -}}
{{- if and (kindIs "map" $keys) (dig "enabled" false $keys) (not $values.control.enabled) -}}
{{- fail "config.rollcall.keys needs control: set control.enabled" -}}
{{- end -}}
{{- if and (kindIs "bool" $keys) $keys (not $values.control.enabled) -}}
{{- fail "config.rollcall.keys needs control: set control.enabled" -}}
{{- end -}}
{{- if and $values.control.enabled (hasKey (default dict $config.rollcall) "keys") (not (kindIs "map" $keys)) (not $keys) -}}
{{- fail "control.enabled with config.rollcall.keys: false: leave the latter out" -}}
{{- end -}}
{{- if and $values.control.enabled $values.gateway.autoscaling.enabled -}}
{{- fail "control.enabled: control hands keys to the gateway of its own pod alone, so there is one; set gateway.autoscaling.enabled: false" -}}
{{- end -}}
{{- if and $values.control.enabled (gt (int $values.gateway.replicas) 1) -}}
{{- fail "control.enabled: control hands keys to the gateway of its own pod alone, so there is one; set gateway.replicas: 1, and rollcall.gateway.workers in the config for more processors" -}}
{{- end -}}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled: name the Gateway in httpRoute.parentRefs" -}}
{{- end -}}
{{- if not (or $values.secret.existing $values.secret.data) -}}
{{- fail "secret: name a Secret in secret.existing (it needs `master-key`)" -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.existingConfigMap (not $values.networkPolicy.backendPorts) -}}
{{- fail "existingConfigMap: the chart cannot see the backends' ports; name them in networkPolicy.backendPorts" -}}
{{- end -}}
{{- if gt (int $values.gateway.autoscaling.minReplicas) (int $values.gateway.autoscaling.maxReplicas) -}}
{{- fail "gateway.autoscaling: minReplicas is above maxReplicas" -}}
{{- end -}}
{{- end -}}
