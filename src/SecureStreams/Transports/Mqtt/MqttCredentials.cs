using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What blobs hold of who this side is. Values never stand in a message.</summary>
internal static class MqttCredentials
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a text.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="blob">Which.</param>
    /// <param name="attribute">What is worth a look when it cannot be used.</param>
    /// <param name="text">The text; null where there is no such blob.</param>
    /// <returns>Why it cannot be used, or null.</returns>
    public static TransportFailure? Read(StreamTypePolicy policy, ISsBlobStore blobs, string blob, string attribute, out string? text)
    {
        text = null;
        if (ReadBytes(policy, blobs, blob, attribute, out var bytes) is { } failure)
            return failure;
        if (bytes is null)
            return null;
        try
        {
            text = StrictUtf8.GetString(bytes);
            return null;
        }
        catch (DecoderFallbackException)
        {
            return Refuse(policy, blob, attribute, "it is not UTF-8 text");
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    /// <summary>Reads bytes; whoever gets them clears them when they were sent.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="blob">Which.</param>
    /// <param name="attribute">What is worth a look when it cannot be used.</param>
    /// <param name="bytes">The bytes; null where there is no such blob.</param>
    /// <returns>Why they cannot be used, or null.</returns>
    public static TransportFailure? ReadBytes(StreamTypePolicy policy, ISsBlobStore blobs, string blob, string attribute, out byte[]? bytes)
    {
        bytes = null;
        try
        {
            using var found = blobs.Read(blob);
            if (found is null)
                return null;
            if (found.Span.Length > Codecs.Mqtt.MqttTexts.MaxBytes)
                return Refuse(policy, blob, attribute, $"it has {found.Span.Length} bytes, and {Codecs.Mqtt.MqttTexts.MaxBytes} is the most");
            bytes = found.Span.ToArray();
            return null;
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            return Refuse(policy, blob, attribute, "the store does not give it", error);
        }
    }

    /// <summary>The blob is needed and not there.</summary>
    public static TransportFailure Missing(StreamTypePolicy policy, string blob, string attribute) =>
        new(SsPhase.Policy, SsCauseCode.BlobMissing, $"Streamtype '{policy.Name}': {attribute} needs blob '{blob}', which is not in the store or has expired; set it, and the next attempt takes it.") { Attribute = attribute };

    private static TransportFailure Refuse(StreamTypePolicy policy, string blob, string attribute, string problem, Exception? error = null) =>
        new(SsPhase.Policy, SsCauseCode.BlobUnusable, $"Streamtype '{policy.Name}': {attribute} cannot be filled from blob '{blob}': {problem}.") { Attribute = attribute, Error = error };
}
