using System.Text;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>
/// <c>sstreams run</c> with a policy that names no trust store: the operating system's decides, which for a process of its own can be made to have our root
/// (OpenSSL's SSL_CERT_FILE).
/// </summary>
public sealed class RunTrustTests
{
    private const string Tls = "\"tls\": true";
    private const string Spoken = "spoken over TLS";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_over_http_whose_root_the_machine_has_is_believed(bool chained)
    {
        SkipUnlessOpenSsl();
        await using var host = await KestrelTestHost.StartAsync(new() { Certificate = chained ? TestCertificates.Chained : TestCertificates.Server });
        using var policy = new TestPolicy(TestPolicy.Http("get", host.HttpsPort, "GET", "/bytes/300", Tls));
        var result = (await RunAsync(policy, Bundle(policy, TestCertificates.OtherAuthority, TestCertificates.Authority), "get")).Exits(0);
        Assert.Equal(DeterministicBytes.Make(300), result.Output);
    }

    [Fact]
    public async Task Raw_server_whose_root_the_machine_has_is_believed()
    {
        SkipUnlessOpenSsl();
        await using var server = RawServer();
        using var policy = new TestPolicy(RunRawTests.Raw("listen", server.Port, ", " + Tls));
        (await RunAsync(policy, Bundle(policy, TestCertificates.OtherAuthority, TestCertificates.Authority), "listen")).Is(0, Spoken, "");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_over_http_whose_root_the_machine_does_not_have_is_refused(bool otherBundle)
    {
        SkipUnlessOpenSsl();
        await using var host = await KestrelTestHost.StartAsync();
        using var policy = new TestPolicy(TestPolicy.Http("get", host.HttpsPort, "GET", "/bytes/300", Tls));
        Refused(await RunAsync(policy, otherBundle ? Bundle(policy, TestCertificates.OtherAuthority) : null, "get"));
        Assert.Empty(host.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Raw_server_whose_root_the_machine_does_not_have_is_refused(bool otherBundle)
    {
        SkipUnlessOpenSsl();
        await using var server = RawServer();
        using var policy = new TestPolicy(RunRawTests.Raw("listen", server.Port, ", " + Tls));
        Refused(await RunAsync(policy, otherBundle ? Bundle(policy, TestCertificates.OtherAuthority) : null, "listen"));
    }

    [Fact]
    public async Task A_trust_store_of_the_policy_stands_in_its_place()
    {
        SkipUnlessOpenSsl();
        await using var host = await KestrelTestHost.StartAsync();
        using var policy = new TestPolicy(TestPolicy.Http("get", host.HttpsPort, "GET", "/bytes/300", Tls + ", \"tls_trust_store\": \"other\""));
        var result = (await RunAsync(policy, Bundle(policy, TestCertificates.Authority), "get")).Exits(1);
        Assert.Contains("(Tls/CertificateUntrusted, attempt 1, then idle)", result.Errors, StringComparison.Ordinal);
        Assert.Contains("trust store 'other'", result.Errors, StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    private static void Refused(ToolResult result)
    {
        result.Exits(1);
        Assert.Equal("", result.Text);
        Assert.Contains("(Tls/CertificateUntrusted, attempt 1, then idle)", result.Errors, StringComparison.Ordinal);
        Assert.Contains("is not in the operating system's trust store", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>Says something in a TLS session that it ends in order.</summary>
    private static ScriptedServer RawServer() => ScriptedServer.StartTls(TestCertificates.Server, null, static (connection, stopping) => connection.WriteAsync(Spoken, stopping));

    private static string Bundle(TestPolicy policy, params TestAuthority[] authorities)
    {
        policy.Add("bundle.pem", Encoding.ASCII.GetBytes(string.Concat(authorities.Select(static one => one.Pem))));
        return Path.Combine(policy.Directory, "bundle.pem");
    }

    private static async Task<ToolResult> RunAsync(TestPolicy policy, string? bundle, params string[] arguments)
    {
        await using var tool = Tool.Start(policy.Directory, readOutput: true, bundle is null ? [] : [new("SSL_CERT_FILE", bundle)], ["run", "--policy", "policy.json", .. arguments]);
        tool.Input.Close();
        return await tool.WaitAsync();
    }

    private static void SkipUnlessOpenSsl() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Only OpenSSL takes its trust store from the environment.");
}
