/** A finding of a policy checker that stays as it is. */
export interface PolicyException {
  /** Ids of the same finding: kube-score's, checkov's. */
  readonly checks: readonly string[];
  /** What of it: `kind/name`, and for kube-score the container. Everything where it is absent. */
  readonly only?: RegExp;
  readonly why: string;
}

const VLLM = /\/qwen3-coder/;
const TEST_POD = /Pod\/rollcall-test/;

/** Every finding is here or mended; one that no longer occurs has to go. */
export const POLICY_EXCEPTIONS: readonly PolicyException[] = [
  {
    checks: ["kube-score container-resources CPU limit is not set", "CKV_K8S_11"],
    why: "a limit throttles in the middle of a token; requests and the node bound it",
  },
  {
    checks: ["kube-score container-image-pull-policy ImagePullPolicy is not set to Always", "CKV_K8S_15"],
    why: "an image has a version that is never pushed twice; image.pullPolicy is for those who do",
  },
  {
    checks: ["CKV_K8S_43"],
    why: "image.digest is a value; the chart cannot know it before the image is pushed",
  },
  {
    checks: ["CKV_K8S_21"],
    why: "no namespace is written into the files: helm's --namespace and kustomize's say it",
  },
  {
    checks: [
      "kube-score deployment-has-host-podantiaffinity Deployment does not have a host podAntiAffinity set",
      "kube-score statefulset-has-host-podantiaffinity StatefulSet does not have a host podAntiAffinity set",
    ],
    why: "topologySpreadConstraints do that, and allow for fewer nodes than pods",
  },
  {
    checks: ["kube-score pod-probes-identical Container has the same readiness and liveness probe"],
    only: /rollcall-prober/,
    why: "/readyz of a prober is that of all models; it is read by those who wait, not by a rollout",
  },
  {
    checks: ["kube-score statefulset-has-servicename StatefulSet does not have a valid serviceName"],
    only: /StatefulSet\/rollcall$/,
    why: "of one pod, and nobody asks for it by its own name: the Service in front of it is enough",
  },
  {
    checks: ["CKV_K8S_35"],
    why: "everything.yaml shows envFrom; by default keys are files",
  },
  {
    checks: [
      "kube-score pod-networkpolicy The pod does not have a matching NetworkPolicy",
      "CKV2_K8S_6",
      "CKV_K8S_8",
      "CKV_K8S_9",
    ],
    only: TEST_POD,
    why: "`helm test` runs once, asks one address and ends",
  },
  {
    checks: [
      "kube-score pod-networkpolicy The pod does not have a matching NetworkPolicy",
      "kube-score deployment-replicas Deployment few replicas",
      "CKV2_K8S_6",
    ],
    only: VLLM,
    why: "an example of one pod: who calls it and what it downloads from is the reader's",
  },
  {
    checks: ["CKV_K8S_9"],
    only: VLLM,
    why: "the point of it: the prober beside it has the readiness of the pod",
  },
  {
    checks: [
      "kube-score container-security-context-readonlyrootfilesystem The pod has a container with a writable root filesystem",
      "kube-score container-security-context-user-group-id The container is running with a low user ID",
      "kube-score container-security-context-user-group-id The container running with a low group ID",
      "CKV_K8S_22",
      "CKV_K8S_23",
      "CKV_K8S_40",
    ],
    only: VLLM,
    why: "vLLM's image runs as root and compiles kernels into its home",
  },
];
