using System.Security.Cryptography;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy sign</c> and <c>verify</c>.</summary>
public sealed class PolicySignTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public PolicySignTests()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            _directory.Add($"{name}.pem", key.ExportECPrivateKeyPem());
        }

        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _directory.Add("p384.pem", other.ExportPkcs8PrivateKeyPem());
        using var whole = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _directory.Add("public.pem", whole.ExportSubjectPublicKeyInfoPem());
        _directory.Add("policy.json", """{ "policy_revision": 2, "s": [{ "feed": { "endpoint": "a.test", "port": 80 } }] }""");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Signatures_go_to_a_file_since_standard_output_has_the_key()
    {
        var result = (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "--output", "-", "policy.json")).Exits(2);
        Assert.StartsWith("sstreams: --output: the signatures go to a file, since standard output has the key: give its name, not -.\n", result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Text);
        Assert.DoesNotContain("-", _directory.Names);
    }

    [Fact]
    public async Task What_it_signs_and_prints_is_what_a_device_takes()
    {
        var keys = new List<string>();
        foreach (var name in new[] { "a", "b" })
        {
            var signed = (await _directory.RunAsync("policy", "sign", "--key", $"{name}.pem", "--name", name, "--append", "policy.json")).Exits(0);
            keys.Add(signed.Text.Trim());
        }

        Assert.StartsWith("""{"a":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE""", keys[0].Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        _directory.Add("built-in.json", $$"""{ "policy_keys": [{{string.Join(',', keys)}}], "policy_signatures": 2, "s": [{ "feed": { "endpoint": "a.test", "port": 80 } }] }""");
        (await VerifyAsync()).Is(0, "", "");

        // One alone is too few, and who signed is told.
        (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "policy.json")).Exits(0);
        (await VerifyAsync()).Is(1, "", "sstreams: error: policy.json: would be refused: it has 1 good signatures of 2 that are needed (the one by 'a' is good)\n");

        // And it is the bytes that are signed, not what they mean.
        (await _directory.RunAsync("policy", "sign", "--key", "b.pem", "--name", "b", "--append", "policy.json")).Exits(0);
        _directory.Add("policy.json", await File.ReadAllTextAsync(_directory["policy.json"], TestContext.Current.CancellationToken) + "\n");
        Assert.Contains("does not fit these bytes", (await VerifyAsync()).Exits(1).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p384.pem", "not on the curve P-256")]
    [InlineData("public.pem", "cannot sign")]
    [InlineData("policy.json", "no unencrypted private key")]
    [InlineData("none.pem", "there is no such file")]
    public async Task A_key_that_cannot_sign_is_refused_and_nothing_is_written(string key, string why)
    {
        var result = (await _directory.RunAsync("policy", "sign", "--key", key, "--name", "a", "policy.json")).Exits(2);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("policy.json.jws", _directory.Names);
    }

    [Fact]
    public async Task What_is_there_and_is_no_signature_is_not_appended_to()
    {
        _directory.Add("policy.json.jws", "{}");
        var result = (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "--append", "policy.json")).Exits(2);
        Assert.Contains("policy.json.jws: There is no array", result.Errors, StringComparison.Ordinal);
        (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "policy.json")).Exits(0);
    }

    [Fact]
    public async Task Without_keys_there_is_nothing_to_verify()
    {
        _directory.Add("built-in.json", """{ "s": [{ "feed": { "endpoint": "a.test", "port": 80 } }] }""");
        (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "policy.json")).Exits(0);
        Assert.Contains("states no policy_keys", (await VerifyAsync()).Exits(2).Errors, StringComparison.Ordinal);
        (await _directory.RunAsync("policy", "sign", "--key", "a.pem", "--name", "a", "--output", "policy.json", "policy.json")).Exits(2);
    }

    private Task<ToolResult> VerifyAsync() => _directory.RunAsync("policy", "verify", "--policy", "built-in.json", "policy.json");
}
