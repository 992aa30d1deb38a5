using System.Globalization;
using System.Text.Json;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Tool.Tests;

/// <summary>A directory of its own with a policy for a server's ports, removed at the end.</summary>
internal sealed class TestPolicy : IDisposable
{
    /// <param name="streamTypes">The members of "s": <c>"name": { ... }</c> each.</param>
    public TestPolicy(params string[] streamTypes)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "release": "1", "schema-version": 1,
              "retry": [{ "twice": { "backoff": [20, 30], "conceal": 2, "jitterpc": 0 } }],
              "certs": [{ "known": "{{TestCertificates.Authority.Base64Der}}" }, { "other": "{{TestCertificates.OtherAuthority.Base64Der}}" }],
              "trust_stores": [{ "name": "known", "stack": ["known"] }, { "name": "other", "stack": ["other"] }],
              "s": [
                {{string.Join(",\n    ", streamTypes.Select(static one => $"{{ {one} }}"))}}
              ]
            }
            """);
        File.WriteAllText(Path.Combine(Directory, "policy.json"), text);
    }

    /// <summary>Where <c>policy.json</c> is.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("sstreams-").FullName;

    /// <summary>A streamtype over HTTP.</summary>
    public static string Http(string name, int port, string method, string url, string more = "") =>
        string.Create(CultureInfo.InvariantCulture,
            $$"""{{JsonSerializer.Serialize(name)}}: { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "h1", "http_method": "{{method}}", "http_url": "{{url}}"{{(more.Length == 0 ? "" : ", " + more)}} }""");

    /// <summary>Puts a file beside the policy.</summary>
    public void Add(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Directory, name), content);

    /// <summary>Runs a streamtype to its end.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs a streamtype to its end with something on standard input.</summary>
    public Task<ToolResult> RunAsync(byte[] input, params string[] arguments) => Tool.RunAsync(input, Directory, ["run", "--policy", "policy.json", .. arguments]);

    /// <summary>Starts a run.</summary>
    public Tool Start(bool readOutput, params string[] arguments) => Tool.Start(Directory, readOutput, ["run", "--policy", "policy.json", .. arguments]);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
