using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run --blob</c>: secrets and facts for the policy's headers.</summary>
public sealed class RunBlobTests : IAsyncLifetime
{
    private const string Headers = "\"http_auth_header\": \"authorization\", \"http_auth_preamble\": \"Bearer \", \"http_dsn_header\": \"x-dsn\"";

    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Values_come_from_text_files_and_standard_input()
    {
        using var policy = Policy();
        policy.Add("token.txt", "from-file"u8.ToArray());
        var text = (await policy.RunAsync("get", "--blob", "AUTH_0=@token.txt", "--blob", "DEVICE_SERIAL=S=1")).Exits(0).Text;
        Assert.Contains("authorization: Bearer from-file\n", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-dsn: S=1\n", text, StringComparison.OrdinalIgnoreCase);
        text = (await policy.RunAsync("from-stdin"u8.ToArray(), "get", "--blob", "AUTH_0=@-")).Exits(0).Text;
        Assert.Contains("authorization: Bearer from-stdin\n", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_its_token_the_run_fails_and_names_the_blob()
    {
        using var policy = Policy();
        var result = (await policy.RunAsync("get")).Exits(1);
        Assert.Contains("'AUTH_0'", result.Errors, StringComparison.Ordinal);
        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task What_is_given_is_told_nowhere()
    {
        using var policy = Policy();
        var result = (await policy.RunAsync("get", "--trace", "--blob", "AUTH_0=s3cret\n")).Exits(1);
        Assert.Contains("CR, LF or NUL", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AUTH_O=s3cret", "--blob: the policy refers to no blob 'AUTH_O'; did you mean 'AUTH_0'?")]
    [InlineData("s3cretQW83hdkfla02=", "--blob: there is a name that the policy does not refer to; names are AUTH_0, ")]
    [InlineData("AUTH_0=@absent.txt", "absent.txt: cannot be read: there is no such file")]
    [InlineData("AUTH_0=@large.bin", "--blob AUTH_0: large.bin has more than 262144 bytes, the most a blob has")]
    public async Task What_cannot_be_used_exits_2(string blob, string reason)
    {
        using var policy = Policy();
        policy.Add("large.bin", new byte[(256 * 1024) + 1]);
        var result = (await policy.RunAsync("get", "--blob", blob)).Exits(2);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CLIENT_CERT_DER_1")]
    [InlineData("CLIENT_KEY_DER_1")]
    [InlineData("my-root")]
    public async Task Names_that_the_policy_means_without_an_attribute_of_blobs_are_taken(string name)
    {
        using var directory = new TestDirectory();
        directory.Add("policy.json", $$"""
            {
              "schema-version": 1,
              "auth": [{ "name": "fetched", "streamtype": "token", "blob": 0, "root_blob_name": "my-root" }],
              "s": [
                { {{TestPolicy.Http("token", _host.HttpPort, "POST", "/echo")}} },
                { {{TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/3", "\"client_cert\": 1")}} }
              ]
            }
            """);
        (await directory.RunAsync("run", "get", "--policy", "policy.json", "--blob", $"{name}=x")).Exits(0);
        Assert.Contains("did you mean '" + name + "'?", (await directory.RunAsync("run", "get", "--policy", "policy.json", "--blob", $"{name}Z=x")).Exits(2).Errors, StringComparison.Ordinal);
    }

    private TestPolicy Policy() => new(TestPolicy.Http("get", _host.HttpPort, "GET", "/headers", Headers));
}
