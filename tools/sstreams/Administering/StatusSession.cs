using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Tool.Administering;

/// <summary>One run of <c>sstreams status</c>.</summary>
internal static class StatusSession
{
    public static async Task<int> RunAsync(string path, bool explain, bool json, CancellationToken cancellation)
    {
        var status = await AdminClient.AskAsync(path, static writer => writer.WriteString("do", "status"), cancellation);
        var streams = await AdminClient.AskAsync(path, writer =>
        {
            writer.WriteString("do", "streams");
            writer.WriteBoolean("explain", explain);
        }, cancellation);
        var told = json
            ? JsonText.BuildPlain(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("version", 1);
                writer.WritePropertyName("status");
                status.WriteTo(writer);
                writer.WritePropertyName("streams");
                streams.GetProperty("streams").WriteTo(writer);
                writer.WriteEndObject();
            })
            : Encoding.UTF8.GetBytes(PlainText.Lines(TextOf(status, streams)));
        await CommandOutput.WriteAsync(null, told, cancellation);
        return ExitCode.Success;
    }

    private static string TextOf(JsonElement status, JsonElement streams)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"process {status.GetProperty("process").GetInt32()}, policy revision {status.GetProperty("revision").GetInt64()} of '{status.GetProperty("source").GetString()}' for {status.GetProperty("age_seconds").GetInt64()} s\n");
        if (status.GetProperty("refusal").GetString() is { } refusal)
            text.Append($"last refused: {refusal}\n");
        if (status.TryGetProperty("watch", out var watch))
            text.Append($"watches {string.Join(", ", watch.GetProperty("files").EnumerateArray().Select(static one => one.GetString()))}\n");
        if (status.TryGetProperty("trial", out var trial))
            text.Append($"on trial: '{trial.GetProperty("name").GetString()}' until {trial.GetProperty("deadline").GetString()}\n");
        if (status.TryGetProperty("last_trial", out var last))
            text.Append($"last trial: '{last.GetProperty("name").GetString()}' {last.GetProperty("state").GetString()} at {last.GetProperty("decided").GetString()}: {last.GetProperty("reason").GetString()}\n");
        foreach (var listener in status.GetProperty("listeners").EnumerateArray())
        {
            text.Append(CultureInfo.InvariantCulture, $"listener '{listener.GetProperty("streamtype").GetString()}' at {string.Join(", ", listener.GetProperty("end_points").EnumerateArray().Select(static one => one.GetString()))}, {listener.GetProperty("streams").GetInt32()} streams");
            text.Append(listener.GetProperty("problem").GetString() is { } problem ? $": {problem}\n" : "\n");
        }

        foreach (var stream in streams.GetProperty("streams").EnumerateArray())
        {
            text.Append(stream.TryGetProperty("explanation", out var explanation)
                ? $"{explanation.GetString()}\n"
                : string.Create(CultureInfo.InvariantCulture, $"stream {stream.GetProperty("streamtype").GetString()}#{stream.GetProperty("stream").GetInt64()} is {stream.GetProperty("state").GetString()}: {stream.GetProperty("now").GetString()}\n"));
        }

        return text.ToString();
    }
}
