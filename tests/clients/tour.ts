// The README's tour with a stock client: urql, with types generated from schema.graphql, documents
// sent by their hash. Ends with another status than 0 at the first answer that is not as it should be.
import assert from "node:assert/strict";

import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

import {
  AllAdjustmentsDocument,
  CoalitionDocument,
  ErrorCode,
  LogDocument,
  MemberDocument,
  RecordPurchaseDocument,
  RedeemRewardDocument,
  TransferPointsDocument,
  type RecordPurchaseInput,
} from "./generated.js";

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

const sent: string[] = [];

/** A client for whoever the token names. */
function client(token: string, more: Record<string, string> = {}): Client {
  return new Client({
    url: `${given("URL")}/graphql`,
    preferGetMethod: false,
    requestPolicy: "network-only",
    exchanges: [
      persistedExchange({
        preferGetForPersistedQueries: false,
        enableForMutation: true,
        generateHash: async (text) => {
          const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
          return Buffer.from(hash).toString("hex");
        },
      }),
      fetchExchange,
    ],
    fetchOptions: { headers: { authorization: `Bearer ${token}`, ...more } },
    fetch: async (url, options) => {
      sent.push(String(options?.body));
      return fetch(url, options);
    },
  });
}

/** The data of an answer without errors. */
async function data<T>(answer: PromiseLike<{ data?: T; error?: Error }>): Promise<T> {
  const { data, error } = await answer;
  if (error) throw error;
  assert.ok(data);
  return data;
}

const ada = client(given("ADA_TOKEN"));
const id = given("ADA");

const before = await data(ada.query(MemberDocument, { id, first: 3 }));
assert.equal(before.member?.wallets[0]?.available, 120);

// The hash alone does from the second time on.
sent.length = 0;
await data(ada.query(MemberDocument, { id, first: 1 }));
assert.equal(sent.length, 1);
assert.ok(!sent[0]?.includes("displayName"), "the document was sent again");

// A purchase that the grocer signed; sent twice, it happens once.
const purchase = JSON.parse(given("PURCHASE")) as RecordPurchaseInput;
const grocer = client(given("GROCER_TOKEN"));
const first = await data(grocer.mutation(RecordPurchaseDocument, { input: purchase }));
const again = await data(grocer.mutation(RecordPurchaseDocument, { input: purchase }));
assert.deepEqual(first.recordPurchase.userErrors, []);
assert.equal(first.recordPurchase.points, 25);
assert.deepEqual(again.recordPurchase.transactions, first.recordPurchase.transactions);

const redeemed = await data(
  ada.mutation(RedeemRewardDocument, {
    input: {
      idempotencyKey: "coupon-1",
      memberId: id,
      programmeId: given("PROGRAMME"),
      rewardId: "grocer-coupon",
    },
  }),
);
assert.equal(redeemed.redeemReward.voucher?.partnerId, "grocer");

// A key in the header that is another than the input's is a mistake, and nothing is done.
const gift = { toMemberId: given("GRACE"), currency: "STARS", points: 10 };
const keyed = client(given("ADA_TOKEN"), { "idempotency-key": '"gift-1"' });
const conflict = await keyed.mutation(TransferPointsDocument, {
  input: { ...gift, idempotencyKey: "another" },
});
assert.ok(conflict.error?.message.includes("differ"), String(conflict.error));
const given1 = await data(
  keyed.mutation(TransferPointsDocument, { input: { ...gift, idempotencyKey: "gift-1" } }),
);
assert.equal(given1.transferPoints.transaction?.kind, "transfer");

// More than there is: a code to branch on.
const refused = await data(
  ada.mutation(TransferPointsDocument, {
    input: { ...gift, idempotencyKey: "gift-2", points: 1_000_000 },
  }),
);
const code: ErrorCode | undefined = refused.transferPoints.userErrors[0]?.code;
assert.equal(code, ErrorCode.InsufficientPoints);

// All pages, one after the other.
const kinds: string[] = [];
let after: string | null | undefined = null;
do {
  const page: { edges: { node: { kind: string } }[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } | undefined = (
    await data(ada.query(MemberDocument, { id, first: 2, after }))
  ).member?.wallets[0]?.transactions;
  assert.ok(page);
  kinds.push(...page.edges.map((each) => each.node.kind));
  after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
} while (after);
assert.deepEqual(kinds.slice(0, 3), ["transfer", "redeem", "earn"]);

const coalition = await data(client(given("OPERATOR_TOKEN")).query(CoalitionDocument, {}));
assert.ok(coalition.coalition.partners.edges.length > 2);

// The sealer takes a few seconds.
for (let turns = 0; ; turns += 1) {
  const { data: log, error } = await ada.query(LogDocument, {});
  if (log?.checkpoint && log.checkpoint.size > 0) break;
  assert.ok(turns < 30, String(error));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

// A page of pages costs too much, and the answer says how much.
const much = await client(given("OPERATOR_TOKEN")).query(AllAdjustmentsDocument, {});
const extensions = much.error?.graphQLErrors[0]?.extensions ?? {};
assert.equal(extensions["code"], "COST_EXCEEDED");
assert.ok(Number(extensions["cost"]) > Number(extensions["limit"]));

console.log("the tour with urql: as it should be");
