/**
 * Addresses: is a peer's IP address inside one of an account's CIDR blocks? IPv4, IPv6 and IPv4-mapped IPv6.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** An allow-list compiled once from CIDR blocks or single addresses; an empty list allows every address. */
export class AllowList {
  readonly #list: BlockList | null;

  /** @throws RangeError naming the block that cannot be read */
  constructor(blocks: readonly string[]) {
    if (blocks.length === 0) {
      this.#list = null;
      return;
    }
    this.#list = new BlockList();
    for (const block of blocks) {
      const [address = "", bits] = block.split("/");
      const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : null;
      if (family === null) throw new RangeError(`not an IP address or CIDR block: ${block}`);
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  allows(address: string): boolean {
    if (this.#list === null) return true;
    const plain = plainAddress(address);
    return this.#list.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
  }
}

/** "::ffff:192.0.2.1" as the IPv4 address it is. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIPv4(address.slice(7)) ? address.slice(7) : address;
}
