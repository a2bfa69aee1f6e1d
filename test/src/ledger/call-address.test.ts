import { expect } from "chai";
import { parseCallAddress } from "../../../src/ledger/call-address.js";

describe("A call address", () => {
  it("is a protocol, a host by name or number, and a port", () => {
    expect(parseCallAddress("smpp=192.0.2.7:2775")).to.deep.equal({ protocol: "smpp", host: "192.0.2.7", port: 2775 });
    expect(parseCallAddress("sgip=sp.example.cn:8801")).to.deep.equal({ protocol: "sgip", host: "sp.example.cn", port: 8801 });
    expect(parseCallAddress("smpp=[2001:db8::7]:65535")).to.deep.equal({ protocol: "smpp", host: "2001:db8::7", port: 65_535 });
  });

  it("is nothing else", () => {
    for (const text of ["", "smpp", "smpp=", "=a:1", "smpp=:1", "smpp=a:", "smpp=a:x", "smpp=a:0", "smpp=a:99999", "SMPP=a:1", "smpp=-a:1", "smpp=a:1 ", "smpp=[a]:1:2", "smpp=[]:1"]) {
      expect(parseCallAddress(text), text).to.equal(null);
    }
  });
});
