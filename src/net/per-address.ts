/** How many connections each address has open, so that one stranger cannot take the room of all. */
export interface PerAddress {
  /** The release to call once, or undefined when this address or all together have enough. */
  enter(address: string): (() => void) | undefined;
}

export const isOurOwn = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);

export function perAddress(limits: { each: (address: string) => number; all: number }): PerAddress {
  const open = new Map<string, number>();
  let total = 0;
  return {
    enter(address) {
      const here = open.get(address) ?? 0;
      if (total >= limits.all || here >= limits.each(address)) return undefined;
      open.set(address, here + 1);
      total++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total--;
        const others = open.get(address)! - 1;
        if (others) open.set(address, others);
        else open.delete(address);
      };
    },
  };
}
