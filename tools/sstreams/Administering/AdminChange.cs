using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Tool.Administering;

/// <summary>Plans or applies a policy in a process that runs, and tells what that does there.</summary>
internal static class AdminChange
{
    /// <summary>Sends the texts of a policy.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="action"><c>plan</c> or <c>update</c>.</param>
    /// <param name="policy">The texts; they are judged by that process.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="UnusableInputException">A text cannot be read, or nobody answers.</exception>
    public static async Task<JsonElement> AskAsync(string path, string action, PolicySelection policy, CancellationToken cancellation)
    {
        var texts = new PolicyTexts();
        var documents = new List<(string Name, string Text)>();
        foreach (var file in policy.Overlays.Prepend(policy.Base))
        {
            try
            {
                var document = await texts.ReadAsync(file, policy.Options.MaximumBytes, cancellation);
                documents.Add((document.Name!, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(document.Utf8.Span)));
            }
            catch (InputTooLargeException error)
            {
                throw new UnusableInputException(PlainText.OneLine($"{PolicySelection.NameOf(file)}: {error.Message}"));
            }
            catch (DecoderFallbackException)
            {
                throw new UnusableInputException(PlainText.OneLine($"{PolicySelection.NameOf(file)}: it is not UTF-8 text"));
            }
        }

        return await AdminClient.AskAsync(path, writer =>
        {
            writer.WriteString("do", action);
            writer.WriteStartArray("documents");
            foreach (var (name, text) in documents)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString("text", text);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }, cancellation);
    }

    /// <summary>Tells the outcome: what happens on standard output, why it is refused on standard error.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> TellAsync(JsonElement answer, bool json, bool exitCode, string? outputFile, CancellationToken cancellation)
    {
        if (json)
            await CommandOutput.WriteAsync(outputFile, JsonText.BuildPlain(answer.WriteTo), cancellation);
        if (answer.GetProperty("refusal").GetString() is { } refusal)
        {
            var errors = LineWriter.Error();
            foreach (var line in refusal.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                errors.Line(PlainText.OneLine(line));
            errors.Problem($"refused, and policy revision {answer.GetProperty("revision").GetInt64()} stays in force there");
            return ExitCode.Usage;
        }

        var effects = answer.GetProperty("effects");
        if (!json)
            await CommandOutput.WriteAsync(outputFile, Encoding.UTF8.GetBytes(PlainText.Lines(TextOf(answer, effects))), cancellation);
        return exitCode && effects.GetArrayLength() > 0 ? ExitCode.Different : ExitCode.Success;
    }

    private static string TextOf(JsonElement answer, JsonElement effects)
    {
        var text = new StringBuilder();
        foreach (var effect in effects.EnumerateArray())
        {
            var stream = effect.GetProperty("stream");
            var name = effect.GetProperty("streamtype").GetString();
            var what = stream.ValueKind == JsonValueKind.Null ? $"listener '{name}'" : string.Create(CultureInfo.InvariantCulture, $"stream {name}#{stream.GetInt64()}");
            text.Append($"{what}: {effect.GetProperty("action").GetString()} ({effect.GetProperty("impact").GetString()})\n");
        }

        var revision = answer.GetProperty("revision").GetInt64();
        text.Append(answer.GetProperty("applied").GetBoolean()
            ? $"applied, policy revision {revision}: {Counts(answer)}\n"
            : $"would be applied over policy revision {revision}: {Counts(answer)}\n");
        if (answer.TryGetProperty("trial", out var trial))
            text.Append($"on trial until {trial.GetProperty("deadline").GetString()}: sstreams policy apply --confirm or --revert end it before\n");
        return text.ToString();
    }

    private static string Counts(JsonElement answer) =>
        $"{answer.GetProperty("changed").GetArrayLength()} changed, {answer.GetProperty("added").GetArrayLength()} added, {answer.GetProperty("removed").GetArrayLength()} removed";
}
