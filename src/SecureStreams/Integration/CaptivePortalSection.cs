using Microsoft.Extensions.Configuration;

namespace SecureStreams.Integration;

/// <summary>In a settings file, when a context looks by itself where the network leads.</summary>
internal static class CaptivePortalSection
{
    private const string Known = "Automatic, Timeout, RecheckInterval";

    /// <param name="section">What the file says.</param>
    /// <param name="before">What was set before; members that the file does not name stay.</param>
    /// <param name="misread">Takes what cannot be understood.</param>
    public static SsCaptivePortalOptions Read(IConfigurationSection section, SsCaptivePortalOptions before, List<string> misread)
    {
        if (!string.IsNullOrEmpty(section.Value))
            misread.Add($"{section.Path} is one value: write an object with members of {Known}.");
        var options = before;
        foreach (var member in section.GetChildren())
        {
            switch (member.Key.ToUpperInvariant())
            {
                case "AUTOMATIC":
                    options = options with { Automatic = SettingValue.Flag(member, misread) };
                    break;
                case "TIMEOUT":
                    options = options with { Timeout = Duration(member, misread) ?? options.Timeout };
                    break;
                case "RECHECKINTERVAL":
                    options = options with { RecheckInterval = Duration(member, misread) ?? options.RecheckInterval };
                    break;
                default:
                    misread.Add($"{member.Path} is not known; there are {Known}.");
                    break;
            }
        }

        return options;
    }

    private static TimeSpan? Duration(IConfigurationSection member, List<string> misread) =>
        SettingValue.Duration(member, SsCaptivePortalOptions.Shortest, SsCaptivePortalOptions.Longest, misread);
}
