// Asks ajv, which knows nothing of this product, about the policy schema and about documents.
//
//   node validate.mjs SCHEMA            reads {"name": "text of a document", ...} from standard input
//
// Writes {"schema": [findings], "documents": {"name": [findings], ...}}; a finding is {"path", "keyword", "message"}.
// A schema that ajv's strict mode or the meta-schema refuses has findings itself, and no document is then looked at.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: true, allErrors: true });
const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const documents = JSON.parse(readFileSync(0, 'utf8'));

// ajv places what is wrong with a member's name at the object that has the member; the member itself is what is meant.
function place({ instancePath, params }) {
  const member = params?.additionalProperty ?? params?.propertyName;
  return member === undefined ? instancePath : `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const findings = (errors) => (errors ?? []).map((error) => ({ path: place(error), keyword: error.keyword, message: error.message ?? '' }));

function compile() {
  if (!ajv.validateSchema(schema)) return { findings: findings(ajv.errors) };
  try {
    return { findings: [], validate: ajv.compile(schema) };
  } catch (refused) {
    return { findings: [{ path: '', keyword: 'strict', message: refused.message }] };
  }
}

function judge(validate, text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (malformed) {
    return [{ path: '', keyword: 'json', message: malformed.message }];
  }
  return validate(document) ? [] : findings(validate.errors);
}

const compiled = compile();
const judged = compiled.validate ? Object.entries(documents).map(([name, text]) => [name, judge(compiled.validate, text)]) : [];
process.stdout.write(JSON.stringify({ schema: compiled.findings, documents: Object.fromEntries(judged) }));
