using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Admin;

/// <summary>Does what a request asks of a context, and says what came of it: one JSON object.</summary>
/// <param name="context">The context.</param>
/// <param name="asked">Told of what changes something.</param>
internal sealed class AdminAnswers(LocalContext context, Action<string> asked)
{
    /// <summary>The answer to a request, whatever it is.</summary>
    public ReadOnlyMemory<byte> To(ReadOnlyMemory<byte> request)
    {
        try
        {
            var read = AdminRequest.Read(request);
            return read.Do switch
            {
                "status" => Build(WriteStatus),
                "streams" => Build(writer => WriteStreams(writer, read)),
                "plan" => Tell(Change(read, apply: false)),
                "update" => Tell(Change(read, apply: true)),
                "confirm" => Confirm(),
                "revert" => Revert(),
                "" => throw new AdminRequestException("the request lacks \"do\""),
                _ => throw new AdminRequestException($"\"do\" is '{read.Do}'; there are status, streams, plan, update, confirm and revert"),
            };
        }
        catch (Exception error) when (error is AdminRequestException or ArgumentException)
        {
            return Failed(error.Message);
        }
        catch (ObjectDisposedException)
        {
            return Failed("the context is disposed");
        }
    }

    /// <summary>The answer when nothing could be done.</summary>
    public static ReadOnlyMemory<byte> Failed(string problem) => Build(
        writer => writer.WriteString("error", problem), ok: false);

    private SsPolicyUpdate? Change(AdminRequest request, bool apply)
    {
        var kinds = (request.Documents.IsDefault ? 0 : 1) + (request.Overlay is null ? 0 : 1) + (request.Remove is null ? 0 : 1);
        if (kinds != 1)
            throw new AdminRequestException("give one of \"documents\", \"overlay\" and \"remove\"");
        if (apply)
            asked("update");
        if (request.Overlay is { } overlay)
            return apply ? context.ApplyOverlay(overlay) : context.PlanOverlay(overlay);
        if (request.Remove is { } name)
            return (apply ? context.RemoveOverlay(name) : context.PlanWithoutOverlay(name)) ?? throw new AdminRequestException($"no overlay '{name}' is applied; there are {Names(context.AppliedOverlays)}");
        return apply ? context.UpdatePolicy(request.Documents) : context.Plan(request.Documents);
    }

    private ReadOnlyMemory<byte> Confirm()
    {
        if (context.CurrentTrial is not { } trial)
            throw new AdminRequestException("no policy is on trial");
        asked("confirm");
        if (!context.ConfirmTrial())
            throw new AdminRequestException("the trial is over");
        return Build(writer => WriteTrial(writer, trial));
    }

    private ReadOnlyMemory<byte> Revert()
    {
        if (context.CurrentTrial is null)
            throw new AdminRequestException("no policy is on trial");
        asked("revert");
        return Tell(context.RevertTrial() ?? throw new AdminRequestException("the trial is over"));
    }

    private static ReadOnlyMemory<byte> Tell(SsPolicyUpdate? update) => Build(writer =>
    {
        if (update is null)
            return;
        writer.WriteBoolean("applied", update.Applied);
        writer.WriteString("refusal", update.Refusal);
        writer.WriteNumber("revision", update.Revision);
        writer.WriteString("name", update.Overlay);
        Write(writer, "changed", update.Changed);
        Write(writer, "added", update.Added);
        Write(writer, "removed", update.Removed);
        writer.WriteStartArray("effects");
        foreach (var effect in update.Effects)
        {
            writer.WriteStartObject();
            writer.WriteString("streamtype", effect.StreamType);
            if (effect.IsListener)
                writer.WriteNull("stream");
            else
                writer.WriteNumber("stream", effect.StreamId);
            writer.WriteString("impact", ImpactName(effect.Impact));
            writer.WriteString("action", effect.Action.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("difference", update.Difference.ToText());
        Write(writer, "diagnostics", update.Diagnostics);
        WriteTrial(writer, update.Trial);
    });

    private void WriteStatus(Utf8JsonWriter writer)
    {
        var health = context.ReadHealth();
        var now = context.Options.Platform.Time.GetUtcNow();
        writer.WriteNumber("process", Environment.ProcessId);
        writer.WriteNumber("revision", health.Revision);
        writer.WriteString("source", health.Source);
        writer.WriteNumber("age_seconds", (long)(now - health.Since).TotalSeconds);
        Write(writer, "overlays", context.AppliedOverlays);
        writer.WriteString("refusal", health.Refused?.Refusal);
        writer.WriteNumber("streams", health.Streams);
        writer.WriteNumber("connected", health.Connected);
        writer.WriteStartArray("not_connected");
        foreach (var (stream, since) in health.Lost)
        {
            writer.WriteStartObject();
            writer.WriteString("streamtype", stream.StreamType);
            writer.WriteNumber("stream", stream.Id);
            writer.WriteNumber("seconds", (long)(now - since).TotalSeconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("listeners");
        foreach (var listener in context.AllListeners.OrderBy(static one => one.StreamType, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("streamtype", listener.StreamType);
            Write(writer, "end_points", listener.EndPoints.Select(TextOf));
            writer.WriteNumber("streams", listener.Streams.Count);
            writer.WriteString("problem", (listener as IListenerHealth)?.MoveProblem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("certificates");
        foreach (var one in health.Certificates)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", one.Kind switch { CertificateKind.Server => "server", CertificateKind.Client => "client", _ => "root" });
            writer.WriteString("name", one.Name);
            writer.WriteNumber("days", Math.Floor((one.NotAfter - now).TotalDays));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (context.PolicyWatch is { } watch)
        {
            writer.WriteStartObject("watch");
            Write(writer, "files", watch.Paths);
            writer.WriteString("problem", watch.Problem);
            writer.WriteEndObject();
        }

        WriteTrial(writer, context.CurrentTrial);
        WriteLastTrial(writer, context.LastTrial);
    }

    private static void WriteLastTrial(Utf8JsonWriter writer, SsPolicyTrialResult? last)
    {
        if (last is null)
            return;
        writer.WriteStartObject("last_trial");
        writer.WriteString("name", last.Name);
        writer.WriteNumber("revision", last.TriedRevision);
        writer.WriteString("state", last.State.ToString());
        writer.WriteBoolean("by_hand", last.ByHand);
        writer.WriteString("decided", last.DecidedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("reason", last.Reason);
        if (last.Recovered is { } recovered)
            writer.WriteBoolean("recovered", recovered);
        writer.WriteString("report", last.ToString());
        writer.WriteEndObject();
    }

    private void WriteStreams(Utf8JsonWriter writer, AdminRequest request)
    {
        writer.WriteStartArray("streams");
        foreach (var stream in context.AllStreams.Where(one => request.StreamType is null || one.StreamType == request.StreamType).OrderBy(static one => one.Id))
        {
            var known = stream.Explain();
            writer.WriteStartObject();
            writer.WriteString("streamtype", known.StreamType);
            writer.WriteNumber("stream", known.StreamId);
            writer.WriteString("state", known.State.ToString());
            writer.WriteString("now", known.Now);
            if (request.Explain)
                WriteExplanation(writer, known);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteExplanation(Utf8JsonWriter writer, SsExplanation known)
    {
        writer.WriteStartArray("events");
        foreach (var one in known.Events)
        {
            writer.WriteStartObject();
            writer.WriteString("time", one.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("state", one.State.ToString());
            writer.WriteString("cause", one.Cause.IsNone ? null : one.Cause.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("explanation", known.ToString());
    }

    private static void WriteTrial(Utf8JsonWriter writer, SsPolicyTrial? trial)
    {
        if (trial is null)
            return;
        writer.WriteStartObject("trial");
        writer.WriteString("name", trial.Name);
        writer.WriteNumber("revision", trial.Revision);
        writer.WriteString("state", trial.State.ToString());
        writer.WriteString("deadline", trial.Deadline.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Build(Action<Utf8JsonWriter> write, bool ok = true)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok", ok);
            write(writer);
            writer.WriteEndObject();
        }

        text.Write("\n"u8);
        return text.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(static one => $"'{one}'"));

    private static string TextOf(EndPoint place) => place.AddressFamily == System.Net.Sockets.AddressFamily.Unix ? $"unix:{place}" : place.ToString() ?? "";

    private static string ImpactName(PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => "live",
        PolicyImpact.NextAttempt => "next_attempt",
        PolicyImpact.Reconnect => "reconnect",
        _ => "recreate",
    };
}
