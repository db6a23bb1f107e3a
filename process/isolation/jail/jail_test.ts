import assert from "node:assert/strict";
import { skipJail, whyNoJail } from "../../../tests/support/jail.ts";
import { jailFor, type JailOrder } from "./jail.ts";

const NOWHERE = "/no/such/folder";

function order(some: Partial<JailOrder>): JailOrder {
  return {
    env: {},
    code: [],
    grants: {},
    mode: "auto",
    memory: 256 * 2 ** 20,
    onWarning: () => {},
    ...some,
  };
}

Deno.test('jail = "required" refuses a start without bubblewrap and names the package', async () => {
  if (Deno.build.os !== "linux") return;
  await assert.rejects(jailFor(order({ mode: "required" }), NOWHERE), {
    message: 'found jail = "required", but bubblewrap is not installed: ' +
      "install the package bubblewrap (the command bwrap)",
  });
});

Deno.test('jail = "auto" warns once without bubblewrap and starts the guest unjailed', async () => {
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  for (let i = 0; i < 2; i++) {
    const { jail, name } = await jailFor(order({ onWarning }), NOWHERE);
    assert.equal(jail, undefined);
    assert.match(name, /^none, bubblewrap is not installed/);
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /^isolated processes run without a jail: /);
});

Deno.test('jail = "off" starts the guest unjailed and warns of nothing', async () => {
  const onWarning = () => assert.fail();
  const { jail, name } = await jailFor(
    order({ mode: "off", onWarning }),
    NOWHERE,
  );
  assert.equal(name, 'none, jail = "off"');
  assert.equal(jail, undefined);
});

Deno.test({
  name:
    `a granted path that does not exist is refused or warned of by name${whyNoJail}`,
  ignore: skipJail,
  async fn() {
    const grants = { write: [`${NOWHERE}/out`] };
    await assert.rejects(jailFor(order({ mode: "required", grants })), {
      message: `the grant of "${NOWHERE}/out" cannot be mounted in the ` +
        "jail, because it does not exist",
    });
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    const { jail, name } = await jailFor(order({ grants, onWarning }));
    assert.equal(name, "bubblewrap");
    assert(jail);
    assert.match(warnings[0]!, /no\/such\/folder\/out/);
  },
});
