import { readFileSync } from 'node:fs';
import { Evaluation, Oprf, POPRFClient, type Scalar } from '@cloudflare/voprf-ts';
import { CryptoNoble } from '@cloudflare/voprf-ts/crypto-noble';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Wish } from '../../../../src/net/swarm/useful/messages.ts';
import { isOurs, publicOf, signer } from '../../../../src/net/swarm/useful/oprf.ts';

interface Vector {
  expert: string;
  secret: string;
  key: string;
  info: string;
  input: string;
  blind: string;
  wish: { key: string; blinded: string };
  signed: string;
  output: string;
}
const SUITE = Oprf.Suite.RISTRETTO255_SHA512;
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const text = (of: Uint8Array) => Buffer.from(of).toString('base64url');
const vectors: Vector[] = JSON.parse(readFileSync(new URL('../vectors/useful.json', import.meta.url), 'utf8'));

/** The asker's side of RFC 9497, its blinding factor by hand. */
class Asker extends POPRFClient {
  blindBy = new Uint8Array();
  override randomBlinder(): Promise<Scalar> {
    return Promise.resolve(this.group.desScalar(this.blindBy));
  }
}

test('a token of a known blinding factor, byte for byte as in useful.json', async () => {
  assert.ok(vectors.length >= 2);
  for (const v of vectors) {
    assert.is(Buffer.from(`heatmine useful\0${v.expert}`).toString('hex'), v.info);
    assert.is(publicOf(text(hex(v.secret))), v.key);
    assert.is(v.wish.key, v.key.slice(0, 8));
    assert.ok(Wish.safeParse(v.wish).success);
    const asker = new Asker(SUITE, bytes(v.key), CryptoNoble);
    asker.blindBy = hex(v.blind);
    const [data, request] = await asker.blind([hex(v.input)]);
    // Two bytes before it count the elements of the library's lists; ours have none.
    assert.is(text(request.serialize().subarray(2)), v.wish.blinded);
    // The proof has chance in it, the element has none.
    const ours = await signer(text(hex(v.secret)), v.expert, v.wish.blinded)();
    assert.is(ours.slice(0, 42), v.signed.slice(0, 42));
    for (const signed of [ours, v.signed]) {
      const [element, proof] = [bytes(signed).subarray(0, 32), bytes(signed).subarray(32)];
      const list = new Uint8Array([0, 1, ...element, Oprf.Mode.POPRF, ...proof]);
      const [output] = await asker.finalize(data, Evaluation.deserialize(SUITE, list, CryptoNoble), hex(v.info));
      assert.is(text(output!), v.output);
    }
    assert.ok(await isOurs(text(hex(v.secret)), v.expert, { input: text(hex(v.input)), output: v.output }));
  }
});

test.run();
