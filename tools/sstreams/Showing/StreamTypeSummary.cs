using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Showing;

/// <summary>A streamtype in one line.</summary>
internal sealed record StreamTypeSummary
{
    public required string Name { get; init; }

    /// <summary><c>client</c> or <c>server</c>.</summary>
    public required string Role { get; init; }

    /// <summary>As policies spell it.</summary>
    public required string Protocol { get; init; }

    /// <summary>Without users and passwords; empty where the policy has none.</summary>
    public required string Endpoint { get; init; }

    /// <summary>0 where the policy has none.</summary>
    public required int Port { get; init; }

    public required PolicyLocation Location { get; init; }

    public static StreamTypeSummary Of(StreamTypePolicy streamType)
    {
        var effective = EffectivePolicy.Of(streamType, all: true);
        return new StreamTypeSummary
        {
            Name = streamType.Name,
            Role = streamType.Server ? "server" : "client",
            Protocol = TextOf(effective, "protocol"),
            Endpoint = TextOf(effective, "endpoint"),
            Port = streamType.Port,
            Location = streamType.Location,
        };
    }

    /// <summary>Columns for people, a line each.</summary>
    public static string ToText(IEnumerable<StreamTypeSummary> summaries)
    {
        var rows = summaries.Select(static one => (string[])[PlainText.OneLine(one.Name), one.Role, one.Protocol, PlainText.OneLine(one.Address), one.Location.ToString()]).ToList();
        if (rows.Count == 0)
            return "";

        // The last column ends the line, whatever its width.
        var widths = Enumerable.Range(0, rows[0].Length - 1).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var column = 0; column < widths.Length; column++)
                text.Append(row[column].PadRight(widths[column])).Append("  ");
            text.Append(row[^1]).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A member for programs.</summary>
    public static void WriteJson(Utf8JsonWriter writer, string member, IEnumerable<StreamTypeSummary> summaries)
    {
        writer.WriteStartArray(member);
        foreach (var one in summaries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", one.Name);
            writer.WriteString("role", one.Role);
            writer.WriteString("protocol", one.Protocol);
            writer.WriteString("endpoint", one.Endpoint);
            writer.WriteNumber("port", one.Port);
            writer.WriteStartObject("at");
            writer.WriteString("file", one.Location.File);
            writer.WriteNumber("line", one.Location.Line);
            writer.WriteNumber("column", one.Location.Column);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private string Address => (Endpoint, Port) switch
    {
        ("", 0) => "-",
        (['+', ..], _) or (_, 0) => Endpoint,
        _ when Endpoint.Contains("://", StringComparison.Ordinal) => Endpoint,
        _ => string.Create(CultureInfo.InvariantCulture, $"{(IPAddress.TryParse(Endpoint, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : Endpoint)}:{Port}"),
    };

    // What is safe to show of a string that the policy has, or its default.
    private static string TextOf(EffectivePolicy effective, string attribute)
    {
        if (effective.Values.FirstOrDefault(one => one.Attribute?.Name == attribute) is not { IsJson: true } value)
            return "";
        using var literal = JsonDocument.Parse(value.Text);
        return literal.RootElement.GetString() ?? "";
    }
}
