using System.Text.Json;

namespace SecureStreams.Remote;

/// <summary>What the server is told of a document that it gave (<c>docs/remote-policy.md</c>): no secrets, nothing that says who this is.</summary>
internal static class PolicyReport
{
    /// <summary>Findings that are told; a broken document can have thousands.</summary>
    public const int MostDiagnostics = 50;

    private const int MostCharacters = 2000;

    public static byte[] Write(SsRemotePolicyResult result, long? running, DateTimeOffset now)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteNumber("report_version", 1);
            writer.WriteString("at", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteString("result", ResultOf(result.Outcome));
            if (result.Stage != SsRemotePolicyStage.None)
                writer.WriteString("stage", StageOf(result.Stage));
            WriteNumber(writer, "policy_revision", result.Revision);
            WriteNumber(writer, "running_revision", running);
            if (result.Hash is { } hash)
                writer.WriteString("sha256", hash);
            if (result.Message.Length > 0)
                writer.WriteString("message", Cut(result.Message));
            if (result.Outcome == SsRemotePolicyOutcome.Applied)
                writer.WriteBoolean("stored", result.Stored);
            if (result.StoreProblem is not null)
                writer.WriteString("store_problem", "not stored");
            writer.WriteStartArray("diagnostics");
            foreach (var line in result.Diagnostics.Take(MostDiagnostics))
                writer.WriteStringValue(Cut(line));
            writer.WriteEndArray();
            if (result.Diagnostics.Count > MostDiagnostics)
                writer.WriteNumber("diagnostics_left_out", result.Diagnostics.Count - MostDiagnostics);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    private static string ResultOf(SsRemotePolicyOutcome outcome) => outcome switch
    {
        SsRemotePolicyOutcome.Applied => "applied",
        SsRemotePolicyOutcome.Refused => "refused",
        SsRemotePolicyOutcome.Reverted => "reverted",
        _ => "failed",
    };

    private static string StageOf(SsRemotePolicyStage stage) => stage switch
    {
        SsRemotePolicyStage.Fetch => "fetch",
        SsRemotePolicyStage.Size => "size",
        SsRemotePolicyStage.Signature => "signature",
        SsRemotePolicyStage.Document => "document",
        SsRemotePolicyStage.Revision => "revision",
        SsRemotePolicyStage.Expiry => "expiry",
        SsRemotePolicyStage.Apply => "apply",
        _ => "trial",
    };

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } value)
            writer.WriteNumber(name, value);
    }

    private static string Cut(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
}
