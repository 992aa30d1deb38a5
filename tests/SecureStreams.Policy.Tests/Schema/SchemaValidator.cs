using System.Diagnostics;
using System.Text.Json;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>
/// ajv, a JSON Schema validator of somebody else, in a process of node. Where it is absent, the tests that need it are skipped with the reason, or fail where
/// a full run is demanded.
/// </summary>
internal static class SchemaValidator
{
    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Schema", "ajv");

    /// <summary>The key under which <see cref="AskAsync"/> answers for the schema itself.</summary>
    public const string TheSchema = "the schema";

    /// <summary>Asks about the schema and about documents, by name, in one process.</summary>
    public static async Task<IReadOnlyDictionary<string, SchemaFinding[]>> AskAsync(string schemaFile, IReadOnlyDictionary<string, string> documents)
    {
        var node = Find("node") ?? throw Absent("node is not installed (Debian packages nodejs and npm; tests/run.sh installs them when it may).");
        if (!File.Exists(Path.Combine(Folder, "node_modules", "ajv", "package.json")))
            throw Absent($"ajv is not installed (npm ci in {Path.GetRelativePath(RepoPaths.Root, Folder)}; tests/run.sh does it when it may).");

        var start = new ProcessStartInfo(node, [Path.Combine(Folder, "validate.mjs"), RepoPaths.Combine(schemaFile)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new CheckFailedException("node did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(documents));
        process.StandardInput.Close();
        await process.WaitForExitAsync().OrFail(() => "node did not end.");
        if (process.ExitCode != 0)
            throw new CheckFailedException($"validate.mjs ended with {process.ExitCode}: {await errors}");
        return Read(await output);
    }

    private static Dictionary<string, SchemaFinding[]> Read(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        var findings = new Dictionary<string, SchemaFinding[]>(StringComparer.Ordinal) { [TheSchema] = Findings(json.RootElement.GetProperty("schema")) };
        foreach (var document in json.RootElement.GetProperty("documents").EnumerateObject())
            findings.Add(document.Name, Findings(document.Value));
        return findings;
    }

    private static SchemaFinding[] Findings(JsonElement list) =>
    [
        .. list.EnumerateArray().Select(static one => new SchemaFinding(
            one.GetProperty("path").GetString()!, one.GetProperty("keyword").GetString()!, one.GetProperty("message").GetString()!)),
    ];

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static InvalidOperationException Absent(string reason)
    {
        if (Environment.GetEnvironmentVariable("SS_REQUIRE_PEERS") == "1")
            Assert.Fail(reason);
        Assert.Skip(reason);
        return new InvalidOperationException(reason);
    }
}
