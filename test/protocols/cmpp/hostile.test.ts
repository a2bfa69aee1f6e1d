import { hostileCustomers } from "../hostile.js";
import { spBench, vector } from "./customer-bench.js";

for (const version of ["20", "30"]) {
  describe(`hostile input on a customer port of CMPP ${version}`, () => {
    /** What an SP may ask is answered, whatever stands in it. */
    const answered = new Set([1, 2, 4, 6, 7, 8]);
    hostileCustomers({
      bench: spBench, headerOctets: 12, sequenceAt: 8, bind: vector(`CONNECT_${version}`), enquire: vector("ACTIVE_TEST"),
      submit: vector(`SUBMIT_${version}`), longestUnbound: 4_096,
      commands: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10, 0x17, 0x999, 0x80000001, 0x80000002, 0x80000004, 0x80000005, 0x80000006, 0x80000008],
      answers: (command) => answered.has(command),
      lastWord: () => "",
      answerIds: [0x80000001, 0x80000004, 0x80000008],
    });
  });
}
