/** Errors by the reaction they need. */
import { expect } from "chai";
import { ConfigError, FramingError, RequestError, StoreError, TollgateError } from "../../../protocols/wire/errors.js";

describe("TollgateError", () => {
  it("says by its class what has to happen, and by its code what it is", () => {
    const errors = [
      new RequestError("unknown_account", "no such account"), new FramingError("frame_too_long", "a frame of 4 GB"),
      new StoreError("disk_full", "no space left"), new ConfigError("bad_port", "listen.port", "99999", "a port is 1 to 65535"),
    ];
    expect(errors.map((each) => each.reaction)).to.deep.equal(["answer", "close", "stop_accepting", "refuse_start"]);
    expect(errors.map((each) => each.name)).to.deep.equal(["RequestError", "FramingError", "StoreError", "ConfigError"]);
    for (const each of errors) expect(each).to.be.instanceOf(TollgateError).and.instanceOf(Error);
  });

  it("keeps its cause", () => {
    const cause = new Error("ENOSPC");
    expect(new StoreError("disk_full", "no space left", { cause }).cause).to.equal(cause);
  });

  it("of a setting names field, value and hint", () => {
    const error = new ConfigError("bad_port", "listen.port", "99999", "a port is 1 to 65535");
    expect(error.message).to.equal("listen.port = 99999: a port is 1 to 65535");
    expect([error.field, error.value, error.hint]).to.deep.equal(["listen.port", "99999", "a port is 1 to 65535"]);
  });
});
