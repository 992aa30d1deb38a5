using System.Collections.Immutable;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Transports;

/// <summary>A request header that a blob fills, of HTTP requests and of requests that become something else.</summary>
/// <param name="Name">The header.</param>
/// <param name="Blob">The blob.</param>
/// <param name="Attribute">The attribute that asks for it.</param>
/// <param name="Preamble">What stands before the value.</param>
/// <param name="IsHex">Whether the value goes out as hexadecimal digits.</param>
/// <param name="IsRequired">Whether a request without it is not sent: it is the token.</param>
internal sealed record BlobHeader(string Name, string Blob, string Attribute, string Preamble, bool IsHex, bool IsRequired)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The headers that a streamtype asks for.</summary>
    public static ImmutableArray<BlobHeader> Of(StreamTypePolicy policy)
    {
        if (policy.BlobHeaders is not { } asked)
            return [];
        var headers = ImmutableArray.CreateBuilder<BlobHeader>(4);

        // A scheme that signs requests makes its header itself; no blob is it.
        if (asked.Auth is { } auth && policy.Auth is not { IsSigning: true })
            headers.Add(new BlobHeader(auth, policy.Auth?.BlobName ?? SsBlobNames.Auth(policy.Auth?.Blob ?? 0), "http_auth_header", asked.AuthPreamble, asked.AuthHexify, IsRequired: true));
        Add(asked.DeviceSerial, SsBlobNames.DeviceSerial, "http_dsn_header");
        Add(asked.FirmwareVersion, SsBlobNames.DeviceFirmwareVersion, "http_fwv_header");
        Add(asked.DeviceType, SsBlobNames.DeviceType, "http_devtype_header");
        return headers.DrainToImmutable();

        void Add(string? name, string blob, string attribute)
        {
            if (name is not null)
                headers.Add(new BlobHeader(name, blob, attribute, "", IsHex: false, IsRequired: false));
        }
    }

    /// <summary>Reads the value; null when the header is left out.</summary>
    /// <returns>Why the request cannot be sent, or null. It never tells the value.</returns>
    public TransportFailure? Read(StreamTypePolicy policy, ISsBlobStore blobs, out string? value)
    {
        value = null;
        SsBlob? blob;
        try
        {
            blob = blobs.Read(Blob);
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            return Refuse(policy, "the store does not give it", error);
        }

        if (blob is null)
        {
            return IsRequired
                ? new TransportFailure(SsPhase.Policy, SsCauseCode.BlobMissing, $"Streamtype '{policy.Name}': {Attribute} needs blob '{Blob}', which is not in the store or has expired; set it, and the next attempt takes it.") { Attribute = Attribute }
                : null;
        }

        using (blob)
        {
            if (!IsHex && blob.Span.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) is >= 0 and var at)
                return Refuse(policy, $"it has CR, LF or NUL at position {at}, which could forge a header; store it without, line break at the end included");
            try
            {
                value = Preamble + (IsHex ? Convert.ToHexString(blob.Span) : StrictUtf8.GetString(blob.Span));
            }
            catch (DecoderFallbackException)
            {
                return Refuse(policy, "it is not UTF-8 text; store text, or set auth_hexify for a token of bytes");
            }
        }

        return null;
    }

    /// <summary>Why the header cannot be sent.</summary>
    public TransportFailure Refuse(StreamTypePolicy policy, string problem, Exception? error = null) =>
        new(SsPhase.Policy, SsCauseCode.BlobUnusable, $"Streamtype '{policy.Name}': {Attribute} cannot be filled from blob '{Blob}': {problem}.") { Attribute = Attribute, Error = error };
}
