using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Showing;

/// <summary>One run of <c>sstreams policy show</c>.</summary>
internal static class ShowSession
{
    private const int Version = 1;

    public static async Task<int> RunAsync(ShowSettings settings, CancellationToken cancellation)
    {
        var loaded = await PolicySource.LoadAsync(settings.Policy, cancellation);
        if (loaded.Model is not { } model)
        {
            PolicyReport.Refusal(LineWriter.Error(), loaded);
            return ExitCode.Usage;
        }

        await CommandOutput.WriteAsync(settings.OutputFile, settings.StreamType is { } name ? Show(settings, Find(model, name)) : List(settings, model), cancellation);
        return ExitCode.Success;
    }

    private static StreamTypePolicy Find(PolicyModel model, string name)
    {
        if (model.StreamTypes.TryGetValue(name, out var found))
            return found;
        var near = model.NearestStreamType(name);
        throw new UnusableInputException(
            PlainText.OneLine($"the policy has no streamtype '{name}'; {(near is null ? "without STREAMTYPE those that it has are listed" : $"did you mean '{near}'?")}"));
    }

    private static ReadOnlyMemory<byte> Show(ShowSettings settings, StreamTypePolicy streamType)
    {
        var effective = EffectivePolicy.Of(streamType, settings.All);
        if (!settings.Json)
            return Encoding.UTF8.GetBytes(PlainText.Lines(effective.ToText()));
        return JsonText.BuildPlain(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WritePropertyName("streamtype");
            effective.WriteJson(writer);
            writer.WriteEndObject();
        });
    }

    private static ReadOnlyMemory<byte> List(ShowSettings settings, PolicyModel model)
    {
        var summaries = model.StreamTypes.Values.OrderBy(static one => one.Name, StringComparer.Ordinal).Select(StreamTypeSummary.Of).ToList();
        return settings.Json
            ? JsonText.BuildPlain(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("version", Version);
                StreamTypeSummary.WriteJson(writer, "streamtypes", summaries);
                writer.WriteEndObject();
            })
            : Encoding.UTF8.GetBytes(StreamTypeSummary.ToText(summaries));
    }
}
