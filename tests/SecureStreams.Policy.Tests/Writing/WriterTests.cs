using System.Text;
using SecureStreams.Policy.Tests.Properties;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Writing;

/// <summary>Models written back as text.</summary>
public sealed class WriterTests
{
    private static readonly string Tests = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests");

    private const string Text = """
        {
          "s": [ { "b": { "tls": true, "endpoint": "https://me:hunter2@b.example/?a=1&b='", "client cert": 3, "plugins": [1], "mqtt_will_message": "é\u0001\n<&>" }, "a": { "server": true, "server_key": "key",
            "metadata": { "m": "x-m:", "n": null }, "http_resp_map": { "404": 1404 } } } ],
          "metrics": [ {}, { "report": "r", "name": "*" } ],
          "auth": [ { "blob": 1, "name": "z" } ],
          "trust_stores": [ { "t": ["c"], "of\u0001two\nlines": ["c", "c"] } ],
          "certs": [ { "c": "MII...", "empty": "", "text": "?", "key": "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
            "two": "-----BEGIN A-----AA==-----END A----------BEGIN B-----AA==-----END B-----" } ],
          "retry": [ { "r": { "backoff": [], "jitterpc": "30", "conceal": 65535 } } ],
          "via-socks5": "me:hunter2@127.0.0.1:1080", "release": ""
        }
        """;

    [Fact]
    public void The_text_is_canonical() => Approved.File(Encoding.UTF8.GetString(PolicyWriter.ToUtf8(Model())), Path.Combine(Tests, "Writing", "written.verified.json"));

    [Fact]
    public void Redacted_it_can_be_shown()
    {
        var text = Encoding.UTF8.GetString(PolicyWriter.ToUtf8(Model(), new PolicyWriterOptions { Redact = true }));
        Secrets.AssertNone(text);
        Approved.File(text, Path.Combine(Tests, "Writing", "redacted.verified.json"));
    }

    [Theory]
    [InlineData("https://me:pw@host/a", "https://(redacted)@host/a")]
    [InlineData("https://token@host:1/a@b", "https://(redacted)@host:1/a@b")]
    [InlineData("me:p@w@host", "(redacted)@host")]
    [InlineData("ws://a/?next=https://me:pw@b", "ws://a/?next=https://(redacted)@b")]
    [InlineData("+@abstract", "+@abstract")]
    [InlineData("!vhost@x", "!vhost@x")]
    [InlineData("host", "host")]
    public void Users_and_passwords_are_taken_out_of_urls(string endpoint, string expected)
    {
        var row = PolicyAttributeTable.Find(PolicySection.StreamTypes, "endpoint")!;
        Assert.Equal(expected, PolicySecrets.Hide(row, endpoint));
        Assert.Equal(expected, PolicySecrets.Hide(row, expected));
    }

    [Fact]
    public void Every_fixture_and_every_policy_of_the_library_comes_back_equal()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Tests, "Fixtures"), "*.json").Concat(Directory.EnumerateFiles(RepoPaths.Combine("policies"), "*.json"));
        var count = 0;
        foreach (var file in files)
        {
            if (PolicyLoader.Load(File.ReadAllBytes(file), file).Model is not { } model)
                continue;
            count++;
            var again = PolicyLoader.Load(PolicyWriter.ToUtf8(model), file);
            Assert.True(again.Model is not null, file + string.Join('\n', again.Diagnostics));
            Assert.Equal(model, again.Model);
        }

        Assert.True(count > 20);
    }

    [Fact]
    public void Layers_become_one_document()
    {
        var model = Layers.Layered.Model("""{ "s": [ { "x": { "endpoint": "a", "port": 1 } } ] }""", """{ "s": [ { "x": { "port": 2 } } ] }""");
        Assert.Equal("{\n  \"s\": [\n    {\n      \"x\": {\n        \"endpoint\": \"a\",\n        \"port\": 2\n      }\n    }\n  ]\n}\n", Encoding.UTF8.GetString(PolicyWriter.ToUtf8(model)));
    }

    private static PolicyModel Model()
    {
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(Text), "p");
        Assert.True(result.Model is not null, string.Join('\n', result.Diagnostics));
        return result.Model;
    }
}
