/** CONNECT: both digests in all the forms in use, versions, timestamps and refusals. */
import { expect } from "chai";
import {
  ConnectProof, VERSIONS, answerVersion, authenticatorIsmg, authenticatorSource, isLastingRefusal, isSpoken, provesIsmg, provesSource,
  refusalStatus, refusalText, timestampOf, versionByName, versionName,
} from "../../../protocols/cmpp/bind.js";
import { decodeConnect, decodeConnectResp, isFault } from "../../../protocols/cmpp/codec.js";
import type { ConnectBody, ConnectRespBody } from "../../../protocols/cmpp/codec.js";
import type { BindRefusal } from "../../../protocols/wire/protocol.js";
import { vector } from "./vectors.js";

const SECRET = Buffer.from("tollgate1");

function connect(): ConnectBody {
  const body = decodeConnect(vector("CONNECT_30"));
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

function answer(name: string): ConnectRespBody {
  const body = decodeConnectResp(vector(name));
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

describe("AuthenticatorSource", () => {
  it("of 901234, tollgate1 and 0515093045 is the sheet's, the month's leading zero kept", () => {
    expect(authenticatorSource("901234", SECRET, 515_093_045).toString("hex")).to.equal("6bcfc92cbe6ae603c1fd8ee20088d80e");
    expect(connect().Timestamp).to.equal(515_093_045);
  });

  it("proves the secret and no other", () => {
    expect(provesSource(connect(), SECRET)).to.equal(true);
    for (const secret of ["tollgate2", "tollgate", "", "tollgate1 "]) expect(provesSource(connect(), Buffer.from(secret)), secret).to.equal(false);
    expect(provesSource({ ...connect(), Timestamp: 515_093_046 }, SECRET)).to.equal(false);
    expect(provesSource({ ...connect(), AuthenticatorSource: Buffer.alloc(0) }, SECRET)).to.equal(false);
    expect(provesSource({ ...connect(), AuthenticatorSource: Buffer.alloc(16) }, SECRET)).to.equal(false);
  });

  it("quirk 4: of a Source_Addr shorter than 6 is taken as long as it is and filled up with NULs", () => {
    for (const padded of [false, true]) {
      const digest = authenticatorSource("9012", SECRET, 1, padded);
      expect(provesSource({ ...connect(), Source_Addr: "9012", Timestamp: 1, AuthenticatorSource: digest }, SECRET), String(padded)).to.equal(true);
    }
    expect(authenticatorSource("9012", SECRET, 1)).to.not.deep.equal(authenticatorSource("9012", SECRET, 1, true));
    expect(authenticatorSource("901234", SECRET, 1)).to.deep.equal(authenticatorSource("901234", SECRET, 1, true));
  });

  it("is kept as a proof when the frame's octets are long overwritten", () => {
    const frame = vector("CONNECT_20");
    const body = decodeConnect(frame) as ConnectBody;
    const proof = new ConnectProof(body);
    frame.fill(0);
    expect(proof.matches(SECRET)).to.equal(true);
    expect(proof.matches(Buffer.from("other"))).to.equal(false);
  });
});

describe("AuthenticatorISMG", () => {
  const source = authenticatorSource("901234", SECRET, 515_093_045);

  it("is the sheet's for a Status of one octet and of four", () => {
    expect(authenticatorIsmg(0, 1, source, SECRET).toString("hex")).to.equal("e34cd9196cc22cce0d3169ab1baa5f48");
    expect(authenticatorIsmg(0, 4, source, SECRET).toString("hex")).to.equal("e3ee88b8ac750564ea6afb8740635c84");
  });

  it("proves the gateway with either width in either version, and not with another status, digest or secret", () => {
    for (const name of ["CONNECT_RESP_20", "CONNECT_RESP_30"]) {
      const { Status, AuthenticatorISMG } = answer(name);
      expect(provesIsmg(Status, AuthenticatorISMG, source, SECRET), name).to.equal(true);
      expect(provesIsmg(1, AuthenticatorISMG, source, SECRET), name).to.equal(false);
      expect(provesIsmg(Status, AuthenticatorISMG, Buffer.alloc(16), SECRET), name).to.equal(false);
      expect(provesIsmg(Status, AuthenticatorISMG, source, Buffer.from("other")), name).to.equal(false);
    }
    expect(provesIsmg(0xffffffff, Buffer.alloc(16), source, SECRET)).to.equal(false);
  });
});

describe("CMPP versions", () => {
  it("are 2.0, 2.1 and 3.0; anything else is too high", () => {
    expect(VERSIONS.map(versionName)).to.deep.equal(["2.0", "2.1", "3.0"]);
    for (const version of VERSIONS) expect(versionByName(versionName(version))).to.equal(version);
    for (const version of [0, 0x12, 0x22, 0x31, 0x40, 0x7f, 0xff]) expect(isSpoken(version), version.toString(16)).to.equal(false);
    expect(versionName(0x7f)).to.equal("7.15");
    expect(versionByName("1.2")).to.equal(0);
  });

  it("are answered in the layout of their major, and in 3.0's above", () => {
    expect([0x20, 0x21, 0x2f, 0x30, 0x3f, 0x40, 0x7f].map(answerVersion)).to.deep.equal([0x20, 0x20, 0x20, 0x30, 0x30, 0x30, 0x30]);
  });
});

describe("A CONNECT's Timestamp", () => {
  it("is Beijing's month to second as one number", () => {
    expect(timestampOf(Date.parse("2024-05-15T01:30:45Z"))).to.equal(515_093_045);
    expect(timestampOf(Date.parse("2025-12-31T16:00:00Z"))).to.equal(101_000_000);
    expect(timestampOf(Date.parse("2025-12-31T15:59:59Z"))).to.equal(1_231_235_959);
  });
});

describe("A refused CONNECT", () => {
  it("has its Status for every reason, none of them 0", () => {
    const expected: Record<BindRefusal, number> = {
      credentials: 3, address_refused: 2, too_many_binds: 5, suspended: 5, closed: 5, too_many_failures: 5, direction_refused: 5,
      version_refused: 4, shutting_down: 5,
    };
    for (const [reason, status] of Object.entries(expected)) expect(refusalStatus(reason as BindRefusal), reason).to.equal(status);
  });

  it("is lasting for what does not mend by itself", () => {
    expect([0, 1, 2, 3, 4, 5, 9, 200].filter(isLastingRefusal)).to.deep.equal([1, 2, 3, 4]);
    expect(refusalText(3)).to.equal("connect refused: CONNECT_AUTHENTICATION, authentication failed");
    expect(refusalText(77)).to.equal("connect refused: CONNECT_OTHER_77, refused, as for too many connections");
  });
});
