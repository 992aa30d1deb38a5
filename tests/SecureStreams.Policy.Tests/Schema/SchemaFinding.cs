namespace SecureStreams.Policy.Tests.Schema;

/// <summary>What the validator has against a document.</summary>
/// <param name="Pointer">Where, as a JSON pointer: <c>/s/0/mintest/port</c>.</param>
/// <param name="Keyword">The keyword of the schema that refuses; <c>json</c> for a text that is no JSON, <c>strict</c> for a schema that strict mode refuses.</param>
/// <param name="Message">The validator's words.</param>
internal sealed record SchemaFinding(string Pointer, string Keyword, string Message);
