using System.Globalization;
using System.Text;
using System.Text.Json;
using SecureStreams.Policy;
using SecureStreams.Tool.Comparing;

namespace SecureStreams.Tool.Planning;

/// <summary>One run of <c>sstreams policy plan</c>.</summary>
internal static class PlanSession
{
    private const int Version = 1;

    public static async Task<int> RunAsync(PlanSettings settings, CancellationToken cancellation)
    {
        var texts = new PolicyTexts { Url = PolicyUrl.Is(settings.Before.Base) ? settings.Before.Base : null };
        var before = await PolicySource.LoadAsync(settings.Before, texts, cancellation);
        var after = await PolicySource.LoadAsync(settings.After, texts, cancellation);
        if (before.Model is null || after.Model is null)
        {
            DiffSession.Refuse(before, after);
            return ExitCode.Usage;
        }

        var plans = SsStreamTypePlan.Between(before.Model, after.Model);
        var told = settings.Json
            ? JsonText.BuildPlain(writer => Write(writer, settings, plans, after.Model.Trial))
            : Encoding.UTF8.GetBytes(PlainText.Lines(string.Concat(plans.Select(static plan => $"{Line(plan)}\n").Concat(Trial(after.Model.Trial)))));
        await CommandOutput.WriteAsync(settings.OutputFile, told, cancellation);
        return settings.ExitCode && plans.Count > 0 ? ExitCode.Different : ExitCode.Success;
    }

    private static string Line(SsStreamTypePlan plan)
    {
        if (plan.Listener is { } listener)
            return $"listener '{plan.StreamType}' ({NameOf(plan.Impact)}): {listener}";
        var text = new StringBuilder($"streams of '{plan.StreamType}' ({NameOf(plan.Impact)}): idle {plan.Idle}, waiting {plan.Waiting}");
        if (plan.Attempting is null)
            return text.Append($", in a request {plan.Connected}").ToString();
        text.Append($", attempting {plan.Attempting}, connected {plan.Connected}");
        return plan.ConnectedWithOverlap == plan.Connected ? text.ToString() : text.Append($" ({plan.ConnectedWithOverlap} where the handler permits it)").ToString();
    }

    private static IEnumerable<string> Trial(TrialPolicy trial)
    {
        if (trial.Seconds > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"on trial for {trial.Seconds} s: {trial.Connected} % of what is touched connected, {trial.Acked} % of the usual share acknowledged\n");
    }

    private static void Write(Utf8JsonWriter writer, PlanSettings settings, IReadOnlyList<SsStreamTypePlan> plans, TrialPolicy trial)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        Write(writer, "policy", settings.After);
        Write(writer, "against", settings.Before);
        writer.WriteStartArray("streamtypes");
        foreach (var plan in plans)
        {
            writer.WriteStartObject();
            writer.WriteString("name", plan.StreamType);
            writer.WriteString("impact", NameOf(plan.Impact));
            Write(writer, "listener", plan.Listener);
            Write(writer, "idle", plan.Idle);
            Write(writer, "waiting", plan.Waiting);
            Write(writer, "attempting", plan.Attempting);
            Write(writer, "connected", plan.Connected);
            Write(writer, "connected_with_overlap", plan.ConnectedWithOverlap);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (trial.Seconds > 0)
        {
            writer.WriteStartObject("trial");
            writer.WriteNumber("seconds", trial.Seconds);
            writer.WriteNumber("connected", trial.Connected);
            writer.WriteNumber("acked", trial.Acked);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string member, SsPolicyAction? action) => writer.WriteString(member, action?.ToString());

    private static void Write(Utf8JsonWriter writer, string member, PolicySelection selection)
    {
        writer.WriteStartObject(member);
        writer.WriteString("file", selection.Name);
        writer.WriteStrings("overlays", selection.Overlays.Select(PolicySelection.NameOf));
        writer.WriteEndObject();
    }

    private static string NameOf(PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => "live",
        PolicyImpact.NextAttempt => "next_attempt",
        PolicyImpact.Reconnect => "reconnect",
        _ => "recreate",
    };
}
