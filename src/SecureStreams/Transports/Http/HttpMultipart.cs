using System.Security.Cryptography;
using SecureStreams.Codecs.Multipart;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>The parts of one multipart request: the streamtype itself, and those that ride along with it. Immutable.</summary>
internal sealed class HttpMultipart
{
    private const int BoundaryDigits = 32;

    private readonly (string StreamType, byte[] Head)[] _parts;
    private readonly byte[] _end;

    private HttpMultipart(string boundary, (string StreamType, byte[] Head)[] parts)
    {
        _parts = parts;
        _end = MultipartWriter.End(boundary);
        ContentType = $"multipart/form-data; boundary={boundary}";
        FramingBytes = _end.Length + parts.Sum(static part => (long)part.Head.Length);
    }

    /// <summary>The type of the body.</summary>
    public string ContentType { get; }

    /// <summary>What the framing adds to the length of the payload.</summary>
    public long FramingBytes { get; }

    public int Count => _parts.Length;

    /// <summary>What stands after the last part.</summary>
    public ReadOnlyMemory<byte> End => _end;

    /// <summary>Whether <paramref name="policy"/> asks for parts.</summary>
    public static bool IsAskedBy(StreamTypePolicy policy) =>
        Text(policy, "http_multipart_name") is not null || Text(policy, "http_multipart_filename") is not null || Text(policy, "http_mime_content_type") is not null ||
        Text(policy, "rideshare") is not null;

    /// <summary>Works the parts out.</summary>
    /// <param name="policy">The streamtype of the first.</param>
    /// <param name="find">Finds those that ride along.</param>
    /// <param name="multipart">The parts, with a boundary of their own.</param>
    /// <returns>Why there are none, or null.</returns>
    public static TransportFailure? Create(StreamTypePolicy policy, Func<string, StreamTypePolicy?>? find, out HttpMultipart? multipart)
    {
        multipart = null;
        var boundary = RandomNumberGenerator.GetHexString(BoundaryDigits, lowercase: true); // Not to be guessed, so that no payload can hold it on purpose.
        var parts = new List<(string, byte[])>(2);
        for (var at = policy; ;)
        {
            parts.Add((at.Name, MultipartWriter.PartHead(
                boundary, isFirst: parts.Count == 0, Text(at, "http_multipart_name") ?? at.Name, Text(at, "http_multipart_filename"), Text(at, "http_mime_content_type"))));
            if (Text(at, "rideshare") is not { } next)
                break;
            if (parts.Count == HttpDefaults.MaxParts)
                return Bad(policy, $"has a chain of rideshare with more than {HttpDefaults.MaxParts} streamtypes");
            if (find?.Invoke(next) is not { } rider)
                return Bad(policy, $"shares its request with streamtype '{next}', which the policy does not have any more");
            at = rider;
        }

        multipart = new HttpMultipart(boundary, [.. parts]);
        return null;
    }

    public string StreamTypeOf(int part) => _parts[part].StreamType;

    /// <summary>What stands before the payload of a part.</summary>
    public ReadOnlyMemory<byte> HeadOf(int part) => _parts[part].Head;

    private static string? Text(StreamTypePolicy policy, string attribute) => policy.Find(attribute) is { Value.Text: { Length: > 0 } text } ? text : null;

    private static TransportFailure Bad(StreamTypePolicy policy, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"Streamtype '{policy.Name}' {problem}.") { Attribute = "rideshare" };
}
