/**
 * Operator key: the one form under which an operator's message id is indexed: no blanks around, upper case, no leading zeros.
 *
 * Idempotent, so that ids already normalised by the correlator pass unchanged. Never goes through a number.
 */
export function operatorKey(id: string): string {
  let start = 0;
  let plain = true;
  const { length } = id;
  while (start < length - 1 && id.charCodeAt(start) === 48) start++;
  for (let i = start; i < length; i++) {
    const code = id.charCodeAt(i);
    if (code <= 32 || code >= 97) {
      plain = false;
      break;
    }
  }
  if (plain) return start === 0 ? id : id.slice(start);
  const trimmed = id.trim().toUpperCase();
  return trimmed.replace(/^0+(?=.)/, "");
}
