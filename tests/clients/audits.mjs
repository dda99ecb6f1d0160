// All audits of npm's graphql-http against the server at the URL given: `node audits.mjs URL`.
import { auditServer } from "graphql-http";

const EXPECTED = 61;
const results = await auditServer({ url: process.argv[2] });
const failed = results.filter((each) => each.status !== "ok");
for (const each of failed) console.log(`${each.status} ${each.id} ${each.name}: ${each.reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits passed`);
process.exit(failed.length === 0 && results.length === EXPECTED ? 0 : 1);
