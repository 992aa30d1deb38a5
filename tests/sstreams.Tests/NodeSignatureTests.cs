using System.Text.Json;

namespace SecureStreams.Tool.Tests;

/// <summary>Signatures of <c>sstreams policy sign</c> that Node.js judges by its own cryptography, and the other way round.</summary>
public sealed class NodeSignatureTests : IDisposable
{
    // As RFC 7515, 7797 and 7518 (3.4) have it, of the two files and the key that is printed: the key as DER, as PEM and as JWK.
    private const string Judge = """
        const crypto = require('crypto'), fs = require('fs');
        const [policy, signatures, key] = process.argv.slice(1);
        const one = JSON.parse(fs.readFileSync(signatures)).signatures[0];
        const bytes = fs.readFileSync(policy);
        const der = crypto.createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
        const pem = crypto.createPublicKey(der.export({ format: 'pem', type: 'spki' }));
        const jwk = crypto.createPublicKey({ key: der.export({ format: 'jwk' }), format: 'jwk' });
        const verify = (key, bytes) => crypto.verify('sha256', Buffer.concat([Buffer.from(one.protected + '.', 'ascii'), bytes]), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(one.signature, 'base64url'));
        console.log(JSON.stringify({
            header: JSON.parse(Buffer.from(one.protected, 'base64url')), curve: der.asymmetricKeyDetails.namedCurve, good: [der, pem, jwk].map(key => verify(key, bytes)),
            cut: verify(der, bytes.subarray(1)), more: verify(der, Buffer.concat([bytes, Buffer.from(' ')])),
        }));
        """;

    private const string Sign = """
        const crypto = require('crypto'), fs = require('fs');
        const [policy, signatures, privateKey] = process.argv.slice(1);
        const { privateKey: key, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
        fs.writeFileSync(privateKey, key.export({ format: 'pem', type: 'pkcs8' }));
        const bytes = fs.readFileSync(policy);
        const sign = (header, payload) => {
            const head = Buffer.from(JSON.stringify(header)).toString('base64url');
            return { protected: head, signature: crypto.sign('sha256', Buffer.concat([Buffer.from(head + '.', 'ascii'), payload]), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url') };
        };
        fs.writeFileSync(signatures, JSON.stringify({ signatures: [sign({ alg: 'ES256', kid: 'plain', b64: false, crit: ['b64'] }, bytes), sign({ kid: 'encoded', alg: 'ES256' }, Buffer.from(bytes.toString('base64url'), 'ascii'))] }));
        console.log(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
        """;

    private readonly TestDirectory _directory = new();

    public NodeSignatureTests() => _directory.Add("policy.json", """{ "policy_revision": 2, "s": [{ "feed": { "endpoint": "ä.test", "port": 80 } }] }""");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Node_takes_what_is_signed_here_and_nothing_else()
    {
        _directory.Add("key.pem", await NewKeyAsync());
        var printed = (await _directory.RunAsync("policy", "sign", "--key", "key.pem", "--name", "ops", "policy.json")).Exits(0).Text;
        using var key = JsonDocument.Parse(printed);
        var said = await NodeAsync(Judge, _directory["policy.json"], _directory["policy.json.jws"], key.RootElement.GetProperty("ops").GetString()!);
        Assert.Equal("""{"header":{"alg":"ES256","kid":"ops","b64":false,"crit":["b64"]},"curve":"prime256v1","good":[true,true,true],"cut":false,"more":false}""", said);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("encoded")]
    public async Task What_node_signs_is_taken_here_and_nothing_else(string name)
    {
        var key = await NodeAsync(Sign, _directory["policy.json"], _directory["policy.json.jws"], _directory["key.pem"]);
        _directory.Add("built-in.json", $$"""{ "policy_keys": [{ "{{name}}": "{{key}}" }], "s": [{ "feed": { "endpoint": "a.test", "port": 80 } }] }""");
        (await VerifyAsync()).Is(0, "", "");
        _directory.Add("policy.json", """{ "policy_revision": 3, "s": [{ "feed": { "endpoint": "b.test", "port": 80 } }] }""");
        Assert.Contains("does not fit these bytes", (await VerifyAsync()).Exits(1).Errors, StringComparison.Ordinal);

        // And the key that Node has made signs here.
        (await _directory.RunAsync("policy", "sign", "--key", "key.pem", "--name", name, "policy.json")).Exits(0);
        (await VerifyAsync()).Is(0, "", "");
    }

    private Task<ToolResult> VerifyAsync() => _directory.RunAsync("policy", "verify", "--policy", "built-in.json", "policy.json");

    private async Task<string> NewKeyAsync()
    {
        await NodeAsync(Sign, _directory["policy.json"], _directory["policy.json.jws"], _directory["new.pem"]);
        File.Delete(_directory["policy.json.jws"]);
        return await File.ReadAllTextAsync(_directory["new.pem"], TestContext.Current.CancellationToken);
    }

    private static async Task<string> NodeAsync(string script, params string[] arguments)
    {
        var (exit, output, said) = await OtherProgram.RunAsync("node", [], ["-e", script, .. arguments]);
        Assert.True(exit == 0, said);
        return output.Trim();
    }
}
