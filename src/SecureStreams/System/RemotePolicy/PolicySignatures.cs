using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Remote;

/// <summary>
/// Signatures of a policy beside it: JWS in the general JSON form (RFC 7515, 7.2.1), the payload left out (appendix F) and taken as the exact bytes of the policy (<c>"b64": false</c>, RFC 7797), or their
/// base64url where the header does not say so. ES256 alone: the header of a signature never chooses how it is judged. Pure.
/// </summary>
internal static class PolicySignatures
{
    /// <summary>The largest text of signatures that is read.</summary>
    public const int LargestBytes = 64 * 1024;

    /// <summary>The most signatures that are looked at: each costs a verification.</summary>
    public const int Most = 32;

    private const int SignatureBytes = 64;

    /// <summary>Judges a policy.</summary>
    /// <param name="policy">Its exact bytes.</param>
    /// <param name="jws">Its signatures.</param>
    /// <param name="keys">Who must have signed.</param>
    /// <returns>Null when it is signed by enough of them, else why it is not, signature by signature.</returns>
    public static string? Verify(ReadOnlyMemory<byte> policy, ReadOnlyMemory<byte> jws, PolicyKeys keys)
    {
        if (keys.Threshold > keys.Keys.Length)
            return $"{keys.Threshold} signatures are asked for (policy_signatures), and there are {keys.Keys.Length} keys (policy_keys): no policy can have so many";
        if (jws.IsEmpty)
            return "it is not signed, and the policy of this program states policy_keys";
        var good = new HashSet<string>(StringComparer.Ordinal);
        var said = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(jws, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("signatures", out var all) || all.ValueKind != JsonValueKind.Array)
                return "its signatures are no JWS in the general JSON form: there is no array \"signatures\"";
            if (document.RootElement.TryGetProperty("payload", out _))
                return "its signatures carry a payload of their own, which is not looked at: sign the policy detached";
            if (all.GetArrayLength() > Most)
                return $"it has {all.GetArrayLength()} signatures, and {Most} are the most that are looked at";
            foreach (var one in all.EnumerateArray())
                said.Add(Verify(policy.Span, one, keys, good));
        }
        catch (JsonException error)
        {
            return $"its signatures are no JSON (line {error.LineNumber + 1})";
        }

        return good.Count >= keys.Threshold ? null
            : $"it has {good.Count} good signatures of {keys.Threshold} that are needed ({(said.Count == 0 ? "there is none" : string.Join("; ", said))})";
    }

    /// <summary>Signs.</summary>
    /// <param name="policy">The exact bytes.</param>
    /// <param name="key">A private key on P-256.</param>
    /// <param name="name">What <c>policy_keys</c> calls it (<c>kid</c>).</param>
    /// <returns>The protected header and the signature, both base64url.</returns>
    public static (string Protected, string Signature) Sign(ReadOnlySpan<byte> policy, ECDsa key, string name)
    {
        using var header = new MemoryStream();
        using (var writer = new Utf8JsonWriter(header))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", "ES256");
            writer.WriteString("kid", name);
            writer.WriteBoolean("b64", false);
            writer.WriteStartArray("crit");
            writer.WriteStringValue("b64");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var text = Base64Url.EncodeToString(header.ToArray());
        var signature = key.SignHash(Hash(text, policy, encoded: false), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return (text, Base64Url.EncodeToString(signature));
    }

    /// <summary>Whether a key is on P-256.</summary>
    public static bool IsOnCurve(ECDsa key) => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()).StartsWith("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", StringComparison.Ordinal);

    /// <summary>Judges one signature; says how it did.</summary>
    private static string Verify(ReadOnlySpan<byte> policy, JsonElement one, PolicyKeys keys, HashSet<string> good)
    {
        if (one.ValueKind != JsonValueKind.Object || Text(one, "protected") is not { } header || Text(one, "signature") is not { } signature)
            return "one has no \"protected\" and \"signature\"";
        if (!TryDecode(header, out var headerBytes) || !TryDecode(signature, out var signatureBytes) || signatureBytes.Length != SignatureBytes)
            return "one is no base64url of an ES256 signature";
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(headerBytes, new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException)
        {
            return "the protected header of one is no JSON";
        }

        using (parsed)
        {
            var root = parsed.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "alg") != "ES256")
                return "one is not made by ES256, the only algorithm that counts";
            if (ProblemOfCritical(root, out var encoded) is { } problem)
                return problem;

            // Both are allowed places for it; what is not protected only helps to find the key that judges.
            var name = Text(root, "kid") ?? (one.TryGetProperty("header", out var open) && open.ValueKind == JsonValueKind.Object ? Text(open, "kid") : null);
            if (name is null)
                return "one names no key (kid)";
            var at = keys.Keys.Select(static pair => pair.Key).ToList().IndexOf(name);
            if (at < 0)
                return $"one is by a key that policy_keys does not have, '{Shown(name)}'";
            if (!Verify(keys.Keys[at].Value, Hash(header, policy, encoded), signatureBytes))
                return $"the one by '{name}' does not fit these bytes and its key";
            good.Add(name);
            return $"the one by '{name}' is good";
        }
    }

    private static string? ProblemOfCritical(JsonElement root, out bool encoded)
    {
        encoded = !root.TryGetProperty("b64", out var b64) || b64.ValueKind == JsonValueKind.True;
        if (!encoded && b64.ValueKind != JsonValueKind.False)
            return "one has a \"b64\" that is neither true nor false";
        var critical = root.TryGetProperty("crit", out var names);
        if (critical && (names.ValueKind != JsonValueKind.Array || names.GetArrayLength() == 0 || names.EnumerateArray().Any(static name => name.ValueKind != JsonValueKind.String || name.GetString() != "b64")))
            return "one calls something critical (crit) that this release does not know";
        return encoded || critical ? null : "one says \"b64\" without calling it critical (RFC 7797, 6)";
    }

    private static bool Verify(string key, byte[] hash, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _);
        return ecdsa.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The SHA-256 of what is signed (RFC 7515, 5.1; RFC 7797, 3): never in one piece in memory.</summary>
    private static byte[] Hash(string header, ReadOnlySpan<byte> policy, bool encoded)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(header));
        hash.AppendData("."u8);
        if (encoded)
            hash.AppendData(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(policy)));
        else
            hash.AppendData(policy);
        return hash.GetHashAndReset();
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text))
            return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    /// <summary>What a stranger wrote, short and harmless to terminals and logs.</summary>
    private static string Shown(string text) => string.Concat(text.Take(64).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
