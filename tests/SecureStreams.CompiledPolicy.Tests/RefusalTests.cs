using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>What is not compiled, and what the refusal says.</summary>
public class RefusalTests
{
    private static readonly string Fixtures = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Fixtures");

    [Fact]
    public void A_private_key_is_refused_with_its_place_and_the_blob_that_it_belongs_into()
    {
        var refusal = Assert.Single(Refusals("lws-server.json"));
        Assert.StartsWith("lws-server.json(3,577): error SSP0305: certificate 'server_key': it is a private key, in clear text; ", refusal.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"tls_key_blob\": \"my-key\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_secret_is_refused_and_none_is_quoted()
    {
        var result = Load("""
            {
              "via-socks5": "me:hunter2@10.0.0.1:1080",
              "db_password": "hunter2",
              "s": [
                { "one": { "endpoint": "https://example.com/?access_token=hunter2", "tls": true, "http_auth_header": "authorization:", "http_auth_preamble": "Bearer hunter2" } },
                { "two": { "endpoint": "example.com", "via-socks5": "me:hunter2@10.0.0.1:1080" } },
                { "three": { "endpoint": "example.com", "http_url": "things?item=1&access_token=hunter2", "password": "hunter2" } }
              ]
            }
            """);
        Assert.NotNull(result.Model);
        var compilation = PolicyCompiler.ToCSharp(result);
        Assert.Null(compilation.Text);
        Assert.Equal([(2, 17), (3, 18), (5, 28), (5, 146), (6, 57), (7, 57), (7, 107)], compilation.Refusals.Select(static one => (one.Line, one.Column)));
        Assert.All(compilation.Refusals, static one =>
        {
            Assert.Equal(("SSP0306", PolicySeverity.Error), (one.Id, one.Severity));

            // No blob holds what a proxy asks for.
            var isProxy = one.JsonPath.EndsWith("via-socks5", StringComparison.Ordinal);
            Assert.Equal((!isProxy, isProxy), (one.Message.Contains("keep it in a blob", StringComparison.Ordinal), one.Message.Contains("the environment variable socks_proxy", StringComparison.Ordinal)));
            Assert.DoesNotContain("hunter2", one.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void User_information_in_an_endpoint_is_refused_as_an_error_and_as_a_secret_and_not_quoted()
    {
        var result = Load("""{ "s": [{ "one": { "endpoint": "https://me:hunter2@example.com/", "tls": true } }] }""");
        Assert.Null(result.Model);
        var compilation = PolicyCompiler.ToCSharp(result);
        Assert.Null(compilation.Text);
        Assert.Equal([("SSP0306", 1, 32), ("SSP0412", 1, 32)], compilation.Refusals.Select(static one => (one.Id, one.Line, one.Column)));
        Assert.All(compilation.Refusals, static one =>
        {
            Assert.Equal(PolicySeverity.Error, one.Severity);
            Assert.DoesNotContain("hunter2", one.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_secret_of_an_overlay_is_refused_at_its_place_there()
    {
        var result = PolicyLoader.Load(
        [
            new("""{ "s": [{ "one": { "endpoint": "example.com" } }] }"""u8.ToArray(), "base.json"),
            new("""{ "s": [{ "one": { "http_url": "things?access_token=hunter2" } }] }"""u8.ToArray(), "overlay.json"),
        ]);
        Assert.NotNull(result.Model);
        var refusal = Assert.Single(PolicyCompiler.ToCSharp(result).Refusals);
        Assert.Equal(("SSP0306", "overlay.json", 1, 32), (refusal.Id, refusal.File, refusal.Line, refusal.Column));
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_listener_calls_its_key_is_a_key_whatever_it_looks_like()
    {
        using var ecdsa = System.Security.Cryptography.ECDsa.Create();
        var encrypted = Convert.ToBase64String(ecdsa.ExportEncryptedPkcs8PrivateKey("hunter2",
            new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
        var certificate = Convert.ToBase64String([.. Case.Find("WebApiPolicy").Load().Model!.Certificates.Values.First().Der]);
        var result = Load($$"""
            { "certs": [{ "k": "{{encrypted}}", "c": "{{certificate}}" }],
              "s": [{ "a": { "server": true, "tls": true, "tls_cert_blob": "own", "server_key": "k" } }, { "b": { "server": true, "tls": true, "server_cert": "c", "server_key": "k" } }] }
            """);
        Assert.Empty(result.Diagnostics);
        var refusal = Assert.Single(PolicyCompiler.ToCSharp(result).Refusals);
        Assert.StartsWith("p.json(1,20): error SSP0305: certificate 'k': streamtype 'a' names it as its server_key, so that it is a key; ", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_nothing_uses_and_is_no_certificate_may_be_a_key()
    {
        using var ecdsa = System.Security.Cryptography.ECDsa.Create();
        var encrypted = Convert.ToBase64String(ecdsa.ExportEncryptedPkcs8PrivateKey("hunter2",
            new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
        var result = Load($$"""{ "certs": [{ "k": "{{encrypted}}" }], "s": [{ "a": { "endpoint": "example.com", "port": 80 } }] }""");
        Assert.NotNull(result.Model);
        var refusal = Assert.Single(PolicyCompiler.ToCSharp(result).Refusals);
        Assert.StartsWith("p.json(1,20): error SSP0305: certificate 'k': it is no certificate, so that it may be a key; ", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_that_were_left_out_may_be_secrets()
    {
        var text = new StringBuilder("""{ "s": [{ "one": { "endpoint": "example.com", "http_url": "things?access_token=hunter2" """);
        for (var i = 0; i < 1200; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $", \"unknown{i}\": 1");
        var result = Load(text.Append("} }] }").ToString());
        Assert.NotNull(result.Model);
        Assert.DoesNotContain(result.Diagnostics, static one => one.Id == "SSP0306");
        var compilation = PolicyCompiler.ToCSharp(result);
        Assert.Null(compilation.Text);
        Assert.Contains(compilation.Refusals, static one => one.Id == "SSP0009" && one.Message.EndsWith("a secret may be among them, so the policy is not compiled", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_are_passed_on()
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Fixtures, "wrong-twelve.json")), "wrong-twelve.json");
        var compilation = PolicyCompiler.ToCSharp(result);
        Assert.Null(compilation.Text);
        Assert.Equal(result.Diagnostics.Where(static one => one.Severity == PolicySeverity.Error), compilation.Refusals);
    }

    [Fact]
    public void Other_warnings_are_no_obstacle()
    {
        var result = Load("""{ "unknown": 1, "s": [{ "one": { "endpoint": "example.com", "tls": 0, } }] }""");
        Assert.NotEmpty(result.Diagnostics);
        Assert.NotNull(PolicyCompiler.ToCSharp(result).Text);
    }

    [Fact]
    public void A_layer_named_by_its_whole_path_leaves_no_path_behind()
    {
        var text = """{ "s": [{ "one": { "endpoint": "example.com" } }] }"""u8.ToArray();
        var written = PolicyCompiler.ToCSharp(PolicyLoader.Load([new(text, "/home/someone/base.json"), new(text, "C:\\someone\\overlay.json")])).Text!;
        Assert.DoesNotContain("someone", written, StringComparison.Ordinal);
        Assert.Contains("PolicyModelBuilder(\"base.json\", \"overlay.json\")", written, StringComparison.Ordinal);
        var relative = PolicyCompiler.ToCSharp(PolicyLoader.Load(text, "policies/base.json")).Text!;
        Assert.Contains("compiled from base.json.", relative, StringComparison.Ordinal);
        Assert.Contains("PolicyModelBuilder(\"policies/base.json\")", relative, StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<PolicyDiagnostic> Refusals(string fixture)
    {
        var compilation = PolicyCompiler.ToCSharp(PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Fixtures, fixture)), fixture));
        Assert.Null(compilation.Text);
        return compilation.Refusals;
    }

    private static PolicyLoadResult Load(string text) => PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "p.json");
}
