using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SecureStreams.Integration;

/// <summary>Options from a section of a settings file. By hand and without reflection; a member that is not known is an error, since it is nearly always a misspelt one.</summary>
internal sealed class SecureStreamsSection(string name, IConfiguration section) : IConfigureNamedOptions<SecureStreamsOptions>
{
    private const string Known = "PolicyFile, PolicyJson, OverlayFiles, Product, WatchFiles, StrictPolicy, StateFolder, AdminSocket, FollowNetworkChanges, RemotePolicy, CaptivePortal, TokensAtStart";

    /// <inheritdoc/>
    public void Configure(SecureStreamsOptions options) => Configure(Options.DefaultName, options);

    /// <inheritdoc/>
    public void Configure(string? optionsName, SecureStreamsOptions options)
    {
        if (optionsName != name)
            return;
        foreach (var member in section.GetChildren())
            Read(member, options);
    }

    private static void Read(IConfigurationSection member, SecureStreamsOptions options)
    {
        // Keys of settings are compared without case.
        switch (member.Key.ToUpperInvariant())
        {
            case "POLICYFILE":
                options.PolicyFile = SettingValue.Text(member, options.Misread);
                break;
            case "POLICYJSON":
                options.PolicyJson = SettingValue.Text(member, options.Misread);
                break;
            case "PRODUCT":
                options.Product = SettingValue.Text(member, options.Misread);
                break;
            case "STATEFOLDER":
                options.StateFolder = SettingValue.Text(member, options.Misread);
                break;
            case "ADMINSOCKET":
                options.AdminSocket = SettingValue.Text(member, options.Misread);
                break;
            case "FOLLOWNETWORKCHANGES":
                options.FollowNetworkChanges = SettingValue.Flag(member, options.Misread);
                break;
            case "STRICTPOLICY":
                options.StrictPolicy = SettingValue.Flag(member, options.Misread);
                break;
            case "WATCHFILES":
                options.WatchFiles = SettingValue.Flag(member, options.Misread);
                break;
            case "REMOTEPOLICY":
                options.RemotePolicy = RemotePolicySection.Read(member, options.RemotePolicy, options.Misread);
                break;
            case "CAPTIVEPORTAL":
                options.CaptivePortal = CaptivePortalSection.Read(member, options.CaptivePortal, options.Misread);
                break;
            case "TOKENSATSTART":
                options.TokensAtStart = SettingValue.Duration(member, SsContextOptions.ShortestTokenWait, SsContextOptions.LongestTokenWait, options.Misread);
                break;
            case "OVERLAYFILES":
                // An empty list in JSON arrives as an empty text.
                if (!string.IsNullOrEmpty(member.Value))
                    options.Misread.Add($"{member.Path} is one text: write a list, [\"first.json\", \"second.json\"].");
                foreach (var file in member.GetChildren())
                    options.OverlayFiles.Add(SettingValue.Text(file, options.Misread) ?? "");
                break;
            default:
                options.Misread.Add($"{member.Path} is not known; there are {Known}.");
                break;
        }
    }
}
