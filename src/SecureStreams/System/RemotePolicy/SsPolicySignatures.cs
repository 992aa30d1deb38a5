using System.Security.Cryptography;
using System.Text.Json;
using SecureStreams.Policy;
using SecureStreams.Remote;

namespace SecureStreams;

/// <summary>
/// Signatures of policies that are published (<c>docs/remote-policy.md</c>): ES256 in a JWS of the general JSON form (RFC 7515, 7.2.1), detached, over the exact bytes (RFC 7797). Pure; safe on any thread.
/// </summary>
public static class SsPolicySignatures
{
    /// <summary>The largest text of signatures that is read, in bytes: 64 KiB.</summary>
    public const int LargestBytes = PolicySignatures.LargestBytes;

    /// <summary>Signs a policy.</summary>
    /// <param name="policy">Its exact bytes, as they will be published.</param>
    /// <param name="key">A private key on P-256; not kept.</param>
    /// <param name="name">What <c>policy_keys</c> calls its public half.</param>
    /// <param name="existing">Signatures that stay before the new one, those of the version before included; empty for none.</param>
    /// <returns>The JWS, UTF-8.</returns>
    /// <exception cref="CryptographicException">The key is not on P-256, or has no private half.</exception>
    /// <exception cref="FormatException"><paramref name="existing"/> are no signatures of this form, or there are 32 already.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> policy, ECDsa key, string name, ReadOnlyMemory<byte> existing = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!PolicySignatures.IsOnCurve(key))
            throw new CryptographicException("The key is not on the curve P-256 (prime256v1), the only one whose signatures count.");
        var (header, signature) = PolicySignatures.Sign(policy, key, name);
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("signatures");
            if (!existing.IsEmpty)
                Copy(writer, existing);
            writer.WriteStartObject();
            writer.WriteString("protected", header);
            writer.WriteString("signature", signature);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    /// <summary>Judges as a context does that was made of a policy.</summary>
    /// <param name="policy">The exact bytes of the policy that would be fetched.</param>
    /// <param name="signatures">Its signatures.</param>
    /// <param name="builtIn">The policy of the program, whose <c>policy_keys</c> and <c>policy_signatures</c> count.</param>
    /// <returns>Null when enough of the keys have signed, else why it would be refused, signature by signature.</returns>
    /// <exception cref="ArgumentException"><paramref name="builtIn"/> states no keys, so that nothing need be signed.</exception>
    public static string? Verify(ReadOnlyMemory<byte> policy, ReadOnlyMemory<byte> signatures, PolicyModel builtIn)
    {
        ArgumentNullException.ThrowIfNull(builtIn);
        var keys = PolicyKeys.Of(builtIn.Document);
        return keys.Wanted ? PolicySignatures.Verify(policy, signatures, keys) : throw new ArgumentException("The policy states no policy_keys, so that nothing need be signed.", nameof(builtIn));
    }

    private static void Copy(Utf8JsonWriter writer, ReadOnlyMemory<byte> existing)
    {
        try
        {
            using var document = JsonDocument.Parse(existing, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("signatures", out var all) || all.ValueKind != JsonValueKind.Array)
                throw new FormatException("There is no array \"signatures\" in what is there already.");
            if (all.GetArrayLength() >= PolicySignatures.Most)
                throw new FormatException($"There are {all.GetArrayLength()} signatures already, and {PolicySignatures.Most} are the most that are looked at: begin anew.");
            foreach (var one in all.EnumerateArray())
                one.WriteTo(writer);
        }
        catch (JsonException error)
        {
            throw new FormatException("What is there already is no JSON.", error);
        }
    }
}
