using Microsoft.Extensions.Configuration;

namespace SecureStreams.Integration;

/// <summary>The remote policy in a settings file: <c>true</c> for the defaults, <c>false</c> for none, or its members, which ask for one too.</summary>
internal static class RemotePolicySection
{
    private const string Known = "Interval, Timeout, StartWait, MaximumBytes, Folder";

    /// <param name="section">What the file says.</param>
    /// <param name="before">What was set before; members that the file does not name stay.</param>
    /// <param name="misread">Takes what cannot be understood.</param>
    public static SsRemotePolicyOptions? Read(IConfigurationSection section, SsRemotePolicyOptions? before, List<string> misread)
    {
        var members = section.GetChildren().ToList();
        if (members.Count == 0 && bool.TryParse(section.Value, out var wanted))
            return wanted ? before ?? new SsRemotePolicyOptions() : null;
        if (members.Count == 0 || !string.IsNullOrEmpty(section.Value))
        {
            misread.Add($"{section.Path} is neither true (with the defaults), false (none is fetched) nor an object with members of {Known}.");
            return before;
        }

        var options = before ?? new SsRemotePolicyOptions();
        foreach (var member in members)
            options = Take(member, options, misread);
        return options;
    }

    private static SsRemotePolicyOptions Take(IConfigurationSection member, SsRemotePolicyOptions options, List<string> misread)
    {
        switch (member.Key.ToUpperInvariant())
        {
            case "INTERVAL":
                return options with { Interval = SettingValue.Duration(member, SsRemotePolicyOptions.ShortestInterval, SsRemotePolicyOptions.LongestInterval, misread) ?? options.Interval };
            case "TIMEOUT":
                return options with { Timeout = SettingValue.Duration(member, SsRemotePolicyOptions.ShortestTimeout, SsRemotePolicyOptions.LongestInterval, misread) ?? options.Timeout };
            case "STARTWAIT":
                return options with { StartWait = SettingValue.Duration(member, TimeSpan.Zero, SsRemotePolicyOptions.LongestInterval, misread) ?? options.StartWait };
            case "MAXIMUMBYTES":
                return options with { MaximumBytes = SettingValue.Number(member, 1, SsContextExtensions.LargestPolicyBytes, misread) ?? options.MaximumBytes };
            case "FOLDER":
                var folder = SettingValue.Text(member, misread);
                if (string.IsNullOrEmpty(folder))
                    misread.Add($"{member.Path} is empty: give it the path of a folder, or leave it out.");
                return options with { Folder = folder };
            default:
                misread.Add($"{member.Path} is not known; there are {Known}.");
                return options;
        }
    }
}
