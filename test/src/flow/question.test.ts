import { expect } from "chai";
import type { QueryAnswer, QueryRequest } from "../../../protocols/wire/protocol.js";
import { Questions } from "../../../src/flow/question.js";
import type { Answer, Query } from "../../../src/store/query.js";

const MESSAGE: QueryRequest = { kind: "message", messageId: 7, source: "" };
const DAY: QueryRequest = { kind: "day", day: "20261125", serviceType: "BULK" };

/** Books that answer when told to: questions asked and not answered stand in `open`. */
class SlowBooks {
  readonly open: { readonly query: Query; readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }[] = [];
  readonly questions = new Questions({
    query: (query) => new Promise((resolve, reject) => {
      this.open.push({ query, resolve, reject });
    }),
  });

  get asked(): string[] {
    return this.open.map(({ query }) => query.kind);
  }

  async answerOne(): Promise<void> {
    this.open.shift()?.resolve({ kind: "customer_message", message: null });
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("Questions", () => {
  it("come to the books few at a time and in order; those about days keep none about a message waiting", async () => {
    const books = new SlowBooks();
    const answers: QueryAnswer[] = [];
    for (const request of [DAY, DAY, MESSAGE, MESSAGE, MESSAGE]) void books.questions.ask(1, request).then((answer) => answers.push(answer));
    await settled();
    expect(books.asked).to.deep.equal(["day_counts", "customer_message", "customer_message"]);
    for (const left of [3, 3, 2, 1, 0]) {
      await books.answerOne();
      expect(books.open).to.have.length(left);
    }
    expect(answers.map(({ kind }) => kind)).to.deep.equal(new Array(5).fill("not_found"));
  });

  it("are answered as unavailable when an account has very many open, and others' are not", async () => {
    const books = new SlowBooks();
    const answers: string[] = [];
    for (let i = 0; i < 100; i++) void books.questions.ask(1, MESSAGE).then(({ kind }) => answers.push(kind));
    void books.questions.ask(2, MESSAGE).then(({ kind }) => answers.push(`other ${kind}`));
    await settled();
    expect(answers).to.deep.equal(new Array(66).fill("unavailable"));
    while (books.open.length > 0) await books.answerOne();
    expect(answers.slice(66)).to.deep.equal([...new Array<string>(34).fill("not_found"), "other not_found"]);
  });

  it("what is to be taken back by its addresses is looked for as long questions are: one at a time, with those about days", async () => {
    const books = new SlowBooks();
    const found: (readonly number[] | null)[] = [];
    const wish = { messageId: 0, source: "1069", destination: "13800138000", serviceType: "" };
    void books.questions.ask(1, DAY);
    for (let i = 0; i < 2; i++) void books.questions.waiting(1, wish).then((ids) => found.push(ids));
    await settled();
    expect(books.asked).to.deep.equal(["day_counts"]);
    await books.answerOne();
    expect(books.open.map(({ query }) => query)).to.deep.equal([{ kind: "waiting", accountNo: 1, source: "1069", destination: "13800138000", serviceType: "" }]);
    books.open.shift()?.resolve({ kind: "waiting", messageIds: [7, 8] });
    await settled();
    books.open.shift()?.reject(new Error("no disk"));
    await settled();
    expect(found).to.deep.equal([[7, 8], null]);
  });

  it("are unavailable when the books fail, and the next one is asked all the same", async () => {
    const books = new SlowBooks();
    const answers: string[] = [];
    for (let i = 0; i < 2; i++) void books.questions.ask(1, DAY).then(({ kind }) => answers.push(kind));
    await settled();
    books.open.shift()?.reject(new Error("no disk"));
    await settled();
    expect([answers, books.asked]).to.deep.equal([["unavailable"], ["day_counts"]]);
  });
});
