using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Tests.Mqtt;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.Programs;

namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>Signatures of policies made here and judged by openssl, and the other way round: the keys are openssl's own.</summary>
public class ForeignSignatureTests
{
    private static readonly string OpenSsl = Peer.Find("openssl") ?? "";

    private static readonly byte[] Policy = Encoding.UTF8.GetBytes("""{ "policy_revision": 7, "s": [{ "a": { "endpoint": "ä.example", "port": 1 } }] }""");

    [Fact]
    public async Task Openssl_takes_ours()
    {
        using var folder = await KeyAsync();
        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(folder.Path, "key.pem"), TestContext.Current.CancellationToken));
        using var jws = JsonDocument.Parse(SsPolicySignatures.Sign(Policy, key, "ops"));
        var one = jws.RootElement.GetProperty("signatures")[0];
        var header = one.GetProperty("protected").GetString()!;
        Assert.Equal("""{"alg":"ES256","kid":"ops","b64":false,"crit":["b64"]}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header)));

        // JWS has the two numbers side by side (RFC 7518, 3.4), openssl in DER.
        var signature = Base64Url.DecodeFromChars(one.GetProperty("signature").GetString());
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            der.WriteIntegerUnsigned(Trim(signature.AsSpan(0, 32)));
            der.WriteIntegerUnsigned(Trim(signature.AsSpan(32)));
        }

        await WriteAsync(folder, "signature", der.Encode());
        await WriteAsync(folder, "signed", [.. Encoding.ASCII.GetBytes(header), (byte)'.', .. Policy]);
        Assert.Contains("Verified OK", await RunAsync(folder, "dgst", "-sha256", "-verify", "pub.pem", "-signature", "signature", "signed"), StringComparison.Ordinal);
        await WriteAsync(folder, "signed", [.. Encoding.ASCII.GetBytes(header), (byte)'.', .. Policy, (byte)' ']);
        var (status, _) = await SystemCommand.TryAsync(OpenSsl, "dgst", "-sha256", "-verify", Path.Combine(folder.Path, "pub.pem"), "-signature", Path.Combine(folder.Path, "signature"), Path.Combine(folder.Path, "signed"));
        Assert.NotEqual(0, status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task We_take_openssls(bool encoded)
    {
        using var folder = await KeyAsync();
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(encoded ? """{"alg":"ES256","kid":"ops"}""" : """{"kid":"ops","crit":["b64"],"b64":false,"alg":"ES256"}"""));
        byte[] payload = encoded ? Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Policy)) : Policy;
        await WriteAsync(folder, "signed", [.. Encoding.ASCII.GetBytes(header), (byte)'.', .. payload]);
        await RunAsync(folder, "dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "signed");
        var sequence = new AsnReader(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "signature"), TestContext.Current.CancellationToken), AsnEncodingRules.DER).ReadSequence();
        var signature = Base64Url.EncodeToString([.. Pad(sequence.ReadIntegerBytes().Span), .. Pad(sequence.ReadIntegerBytes().Span)]);
        var jws = Encoding.UTF8.GetBytes($$"""{"signatures":[{"protected":"{{header}}","signature":"{{signature}}"}]}""");

        await RunAsync(folder, "pkey", "-pubin", "-in", "pub.pem", "-outform", "DER", "-out", "pub.der");
        var spki = Convert.ToBase64String(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "pub.der"), TestContext.Current.CancellationToken));
        await using var context = SsContext.FromJson($$"""{ "policy_keys": [{ "ops": "{{spki}}" }], "s": [{ "a": { "endpoint": "a.example", "port": 1 } }] }""");
        Assert.Null(SsPolicySignatures.Verify(Policy, jws, context.Policy));
        Assert.Contains("does not fit", SsPolicySignatures.Verify(Policy.AsMemory(1), jws, context.Policy), StringComparison.Ordinal);
    }

    private static async Task<TemporaryDirectory> KeyAsync()
    {
        if (OpenSsl.Length == 0)
            throw Peer.Absent("openssl", "openssl");
        var folder = new TemporaryDirectory();
        await RunAsync(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem");
        await RunAsync(folder, "ec", "-in", "key.pem", "-pubout", "-out", "pub.pem");
        return folder;
    }

    private static Task WriteAsync(TemporaryDirectory folder, string name, byte[] content) => File.WriteAllBytesAsync(Path.Combine(folder.Path, name), content);

    private static Task<string> RunAsync(TemporaryDirectory folder, string command, params string[] arguments) =>
        SystemCommand.RunAsync(OpenSsl, [command, .. arguments.Select(one => one.Contains('.', StringComparison.Ordinal) || one is "signature" or "signed" ? Path.Combine(folder.Path, one) : one)]);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> number)
    {
        var trimmed = number.TrimStart((byte)0);
        return trimmed.IsEmpty ? number[^1..] : trimmed;
    }

    private static byte[] Pad(ReadOnlySpan<byte> number)
    {
        var padded = new byte[32];
        var trimmed = number.TrimStart((byte)0);
        trimmed.CopyTo(padded.AsSpan(32 - trimmed.Length));
        return padded;
    }
}
