namespace SecureStreams.Interop.Tests.Http;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Line">The request line.</param>
/// <param name="Headers">Names in lower case, values as Latin-1.</param>
/// <param name="Body">The body as Latin-1; chunks put together.</param>
internal sealed record RecordedRequest(string Line, IReadOnlyList<(string Name, string Value)> Headers, string Body);
