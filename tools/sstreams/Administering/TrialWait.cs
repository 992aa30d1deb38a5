using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Tool.Administering;

/// <summary>The wait for the end of a trial in a process that runs.</summary>
internal static class TrialWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits, and tells how it ended.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="answer">What the process said when the policy was put in force.</param>
    /// <param name="json">Whether all is one JSON object; the answer is part of it then.</param>
    /// <param name="bound">How long; null for as long as the trial takes.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string path, JsonElement answer, bool json, TimeSpan? bound, CancellationToken cancellation)
    {
        var errors = LineWriter.Error();
        var (end, problem) = await WaitAsync(path, answer.GetProperty("trial").GetProperty("revision").GetInt64(), bound, cancellation);
        if (json)
            await CommandOutput.WriteAsync(null, JsonText.BuildPlain(writer => Write(writer, answer, end)), cancellation);
        else if (end is { } told)
            await CommandOutput.WriteAsync(null, Encoding.UTF8.GetBytes(PlainText.Lines(told.GetProperty("report").GetString()! + "\n")), cancellation);
        if (end is { } over && over.GetProperty("state").GetString() is var state and not "Confirmed")
            problem = $"{(state == "Reverted" ? "taken back" : state!.ToLowerInvariant())}: {over.GetProperty("reason").GetString()}";
        if (problem is null)
            return ExitCode.Success;
        errors.Problem(PlainText.OneLine(problem));
        return ExitCode.Failed;
    }

    private static async Task<(JsonElement? End, string? Problem)> WaitAsync(string path, long revision, TimeSpan? bound, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            JsonElement status;
            try
            {
                status = await AdminClient.AskAsync(path, static writer => writer.WriteString("do", "status"), cancellation);
            }
            catch (UnusableInputException error)
            {
                return (null, $"it is in force, and how its trial ended cannot be told: {error.Message}");
            }

            if (status.TryGetProperty("last_trial", out var last) && last.GetProperty("revision").GetInt64() == revision)
                return (last, null);
            if (!status.TryGetProperty("trial", out var running) || running.GetProperty("revision").GetInt64() != revision)
                return (null, "its trial ended, and another one since, which is all that is known");
            if (bound is { } most && TimeProvider.System.GetElapsedTime(begun) >= most)
                return (null, string.Create(CultureInfo.InvariantCulture, $"its trial is not over after {most.TotalSeconds} s, and goes on until {running.GetProperty("deadline").GetString()}"));
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement answer, JsonElement? end)
    {
        writer.WriteStartObject();
        foreach (var member in answer.EnumerateObject())
            member.WriteTo(writer);
        if (end is { } over)
        {
            writer.WritePropertyName("last_trial");
            over.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
