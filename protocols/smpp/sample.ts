/**
 * Sample: a submit_sm for a customer's interface sheet, and a program that sends it and takes what comes back.
 */
import { sampleContent, type Sample, type SampleRequest } from "../wire/sample.js";
import { blankSubmitSm, encodeBody, roomFor } from "./codec.js";
import { CommandId } from "./commands.js";

export function sampleSubmit(request: SampleRequest): Sample {
  return { title: "SMPP submit_sm", octets: submitSm(request), code: { platform: "Node.js", library: "smpp", registry: "npm", language: "js", lines: program(request) } };
}

function submitSm({ source, destination, text }: SampleRequest): Buffer {
  const body = blankSubmitSm();
  body.source_addr = source;
  body.destination_addr = destination;
  body.data_coding = 8;
  body.registered_delivery = 1;
  body.short_message = sampleContent(text);
  const octets = Buffer.alloc(roomFor(CommandId.submit_sm, body));
  return octets.subarray(0, encodeBody(CommandId.submit_sm, octets, 0, 0, 1, body));
}

function program({ login, host, port, source, destination, text }: SampleRequest): string[] {
  return [
    'const smpp = require("smpp");',
    `const session = smpp.connect({ url: "smpp://${host}:${String(port)}", auto_enquire_link_period: 20000 }, () => {`,
    `  session.bind_transceiver({ system_id: ${JSON.stringify(login)}, password: process.env.SMS_PASSWORD }, (bound) => {`,
    "    if (bound.command_status !== 0) throw new Error(`bind: ${bound.command_status}`);",
    `    session.submit_sm({ source_addr: ${JSON.stringify(source)}, destination_addr: ${JSON.stringify(destination)}, data_coding: 8, registered_delivery: 1,`,
    `      short_message: ${JSON.stringify(text)} }, (answer) => console.log(answer.command_status, answer.message_id));`,
    "  });", "});",
    'session.on("deliver_sm", (pdu) => { session.send(pdu.response()); console.log(pdu.source_addr, pdu.short_message.message); });',
    'session.on("error", (error) => console.error(error.message));',
  ];
}
