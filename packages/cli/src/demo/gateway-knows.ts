/** A readiness answer of the gateway: `/readyz?verbose`. */
export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

/** Does the gateway send requests for this alias already, or say why it does not? Until then it knows no verdicts. */
export function gatewayKnows({ status, text }: GatewayAnswer, alias: string): boolean {
  if (status !== 200) return false;
  const line = text.split("\n").find((one) => one.slice(4).startsWith(`${alias}: `));
  return line !== undefined && (line.startsWith("[+]") || !/ unknown(,|$)/.test(line));
}
