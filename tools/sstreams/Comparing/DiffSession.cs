using System.Text;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Comparing;

/// <summary>One run of <c>sstreams policy diff</c>.</summary>
internal static class DiffSession
{
    private const int Version = 1;

    public static async Task<int> RunAsync(DiffSettings settings, CancellationToken cancellation)
    {
        var texts = new PolicyTexts();
        var before = await PolicySource.LoadAsync(settings.Before, texts, cancellation);
        var after = await PolicySource.LoadAsync(settings.After, texts, cancellation);
        if (before.Model is null || after.Model is null)
        {
            Refuse(before, after);
            return ExitCode.Usage;
        }

        var diff = PolicyDiff.Between(before.Model, after.Model);
        var told = settings.Json
            ? JsonText.BuildPlain(writer => Write(writer, settings, diff))
            : Encoding.UTF8.GetBytes(PlainText.Lines(diff.ToText()));
        await CommandOutput.WriteAsync(settings.OutputFile, told, cancellation);
        return settings.ExitCode && !diff.IsEmpty ? ExitCode.Different : ExitCode.Success;
    }

    /// <summary>Tells why the two cannot be held against each other.</summary>
    public static void Refuse(LoadedPolicy before, LoadedPolicy after)
    {
        var errors = LineWriter.Error();
        if (before.Model is null)
            PolicyReport.Refusal(errors, before);
        if (after.Model is not null)
            return;

        // A mistake in what both have is told once.
        var untold = before.Model is null ? after.Diagnostics.Except(before.Diagnostics).ToList() : [.. after.Diagnostics];
        PolicyReport.Findings(errors, untold);
        if (untold.Count > 0)
            PolicyReport.Summary(errors, after);
    }

    private static void Write(Utf8JsonWriter writer, DiffSettings settings, PolicyDiff diff)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        Write(writer, "before", settings.Before);
        Write(writer, "after", settings.After);
        writer.WriteBoolean("equal", diff.IsEmpty);
        writer.WritePropertyName("differences");
        diff.WriteJson(writer);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string member, PolicySelection selection)
    {
        writer.WriteStartObject(member);
        writer.WriteString("file", selection.Name);
        writer.WriteStrings("overlays", selection.Overlays.Select(PolicySelection.NameOf));
        writer.WriteEndObject();
    }
}
