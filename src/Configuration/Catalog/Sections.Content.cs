using System.Collections.Frozen;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Reading;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    private static readonly MapsType RuleNameMaps = new(ResultType.RuleNames);

    private static readonly MapsType ShortTypeMaps = new(ResultType.ShortTypes, AddressKeys: false);

    private static readonly MapsType KeptTypeMaps = new(ResultType.Truth, AddressKeys: false);

    /// <summary>Variables that name programs of the built-in decoders.</summary>
    private static readonly (string Name, string Meaning)[] DecoderPrograms =
    [
        ("$gzip", "older than gunzip: a program that unpacks gzip files when called with -d"),
        ("$bzip2", "older than bunzip2: a program that unpacks bzip2 files when called with -d"),
        ("$lzop", "older than unlzop: a program that unpacks lzop files when called with -d"),
        ("$rpm2cpio", "unpacks RPM packages, if not our own reader"),
        ("$cabextract", "unpacks cabinets"),
        ("$uncompress", "unpacks compress files, if not our own reader"),
        ("$unfreeze", "unpacks freeze files"),
        ("$arc", "unpacks ARC archives"),
        ("$unarj", "unpacks ARJ archives"),
        ("$unrar", "unpacks RAR archives"),
        ("$zoo", "unpacks ZOO archives"),
        ("$lha", "unpacks LHA archives"),
        ("$pax", "unpacks cpio and tar archives, if not our own reader"),
        ("$cpio", "older than pax"),
        ("$ar", "unpacks ar archives and Debian packages, if not our own reader"),
        ("$ripole", "unpacks OLE documents, if not our own reader"),
        ("$tnef", "unpacks TNEF, if not our own reader"),
        ("$gunzip", "unpacks gzip files, if not our own reader"),
        ("$bunzip2", "unpacks bzip2 files, if not our own reader"),
        ("$unlzop", "unpacks lzop files"),
        ("$unstuff", "unpacks StuffIt archives"),
    ];

    private static readonly string[] HeaderTests = ["other", "mime", "syntax", "empty", "long", "control", "8bit", "utf8", "missing", "multiple"];

    /// <summary>Banned names, decoding and its limits, header tests and header changes.</summary>
    public static void Content(CatalogBuilder add)
    {
        Banning(add);
        Decoding(add);
        HeaderChanges(add);
    }

    private static void Banning(CatalogBuilder add)
    {
        add.Add("%banned_rules", Map, Global, RuleSets.Read, s => s.BannedRules.Keys.Order(StringComparer.Ordinal), (Settings s, FrozenDictionary<string, IReadOnlyList<LookupTable>> v) => s with { BannedRules = v }, "rule sets over names and types of parts, by name", "{\"DEFAULT\":banned_filename_re}");
        add.Add<RegexTable?>("$banned_filename_re", ValueKind.Patterns, LegacyStatic, RegexTables.Reader(MapsType.FileNames), s => null, (Settings s, RegexTable? v) => s with { BannedRules = RuleSets.WithDefault(s.BannedRules, v) }, "the rule set DEFAULT, unless banned_rules has one");
        add.Maps("@banned_filename_maps", Dynamic, RuleNameMaps, s => s.BannedFilenameMaps, (s, v) => s with { BannedFilenameMaps = v }, "rule sets, by recipient: names of banned_rules, or tables; all that match are used");
        add.Add("$banned_namepath_re", ValueKind.Patterns, Dynamic, RegexTables.Reader(MapsType.FileNames), s => null, (Settings s, RegexTable? v) => s with { BannedNamepathRe = v }, "rules over the whole path of a part");
        add.Add("%allowed_header_tests", Map, Dynamic, NamedSwitches.Reader(HeaderTests), s => s.AllowedHeaderTests, (s, v) => s with { AllowedHeaderTests = v(s.AllowedHeaderTests) }, "header tests: " + string.Join(", ", HeaderTests));
    }

    private static void Decoding(CatalogBuilder add)
    {
        add.Truth("$bypass_decode_parts", Dynamic, s => s.BypassDecodeParts, (s, v) => s with { BypassDecodeParts = v }, "do not take messages apart");
        add.Integer("$MAXLEVELS", Global, Scalars.Integer(0, 1000, whenNull: 0), s => s.MaxLevels, (s, v) => s with { MaxLevels = (int)v }, "archives within archives; 0: no limit");
        add.Integer("$MAXFILES", Global, Scalars.Integer(0, 10_000_000, whenNull: 0), s => s.MaxFiles, (s, v) => s with { MaxFiles = (int)v }, "parts of a message; 0: no limit");
        add.Integer("$MIN_EXPANSION_QUOTA", Global, Scalars.Integer(whenNull: 0), s => s.MinExpansionQuota, (s, v) => s with { MinExpansionQuota = v }, "octets a message may always unpack to");
        add.Integer("$MAX_EXPANSION_QUOTA", Global, Scalars.Integer(whenNull: long.MaxValue), s => s.MaxExpansionQuota, (s, v) => s with { MaxExpansionQuota = v }, "octets a message may unpack to; null: only MAX_EXPANSION_FACTOR counts");
        add.Add("$MIN_EXPANSION_FACTOR", ValueKind.Number, Global, Scalars.Number(0), s => s.MinExpansionFactor, (s, v) => s with { MinExpansionFactor = v }, "times its size a message may always unpack to");
        add.Add("$MAX_EXPANSION_FACTOR", ValueKind.Number, Global, Scalars.Number(0), s => s.MaxExpansionFactor, (s, v) => s with { MaxExpansionFactor = v }, "times its size a message may unpack to");
        add.Add("@decoders", List, Dynamic, DecoderEntries.Read, s => s.Decoders.Entries?.Select(e => e.ToString()), (Settings s, IReadOnlyList<DecoderEntry>? v) => s with { Decoders = s.Decoders with { Entries = v } }, "which program unpacks which type: entries [types, decoder, programs]; see docs/decoders.md", "built in");
        add.Meaningless("$file", Text, Global, "\"file\"", "program that tells types of files; a table of our own does, in the words of file(1)");
        add.Maps("@map_full_type_to_short_type_maps", Global, ShortTypeMaps, s => s.MapFullTypeToShortTypeMaps, (s, v) => s with { MapFullTypeToShortTypeMaps = v }, "short types of parts, by their description in the words of file(1); those not found here have the built-in ones", "built in", null, "$map_full_type_to_short_type_re");
        add.Maps("@keep_decoded_original_maps", Global, KeptTypeMaps, s => s.KeepDecodedOriginalMaps, (s, v) => s with { KeepDecodedOriginalMaps = v }, "descriptions of parts that scanners see also undecoded (here they see all of them so); with MAIL they always see the whole message", null, null, "$keep_decoded_original_re");
        foreach (var (name, meaning) in DecoderPrograms)
            add.Add(name, TextOrList, LegacyStatic, DecoderEntries.Programs, s => s.Decoders.Programs.GetValueOrDefault(name[1..]), (Settings s, IReadOnlyList<string> v) => s with { Decoders = s.Decoders.WithPrograms(name[1..], v) }, meaning, "as in docs/decoders.md");
    }

    private static void HeaderChanges(CatalogBuilder add)
    {
        add.TextOrEmpty("$X_HEADER_TAG", Dynamic, s => s.XHeaderTag, (s, v) => s with { XHeaderTag = v }, "name of the field that says the mail was checked; empty: none");
        add.Line("$X_HEADER_LINE", Dynamic, s => s.XHeaderLine, (s, v) => s with { XHeaderLineOrNull = v }, "text of the field X_HEADER_TAG", "<myproduct_name> at <mydomain>");
        add.Add("%allowed_added_header_fields", Map, Dynamic, NamedSwitches.Reader(), s => s.AllowedAddedHeaderFields, (s, v) => s with { AllowedAddedHeaderFields = v(s.AllowedAddedHeaderFields) }, "names of fields that may be added, each true or false");
        add.Truth("$remove_existing_x_scanned_headers", Dynamic, s => s.RemoveExistingXScannedHeaders, (s, v) => s with { RemoveExistingXScannedHeaders = v }, "remove fields named as X_HEADER_TAG that the mail came with");
        add.Add("$remove_existing_spam_headers", Truth, Dynamic, Scalars.Truth, s => s.RemoveExistingSpamHeadersMaps.IsAlwaysTrue, (Settings s, bool v) => s with { RemoveExistingSpamHeadersMaps = LookupMaps.Constant(v ? 1 : 0) }, "remove X-Spam fields that the mail came with");
        add.Maps("@remove_existing_spam_headers_maps", Dynamic, TruthMaps, s => s.RemoveExistingSpamHeadersMaps, (s, v) => s with { RemoveExistingSpamHeadersMaps = v }, "remove X-Spam fields that the mail came with, by recipient");
        add.Truth("$allow_fixing_improper_header", Dynamic, s => s.AllowFixingImproperHeader, (s, v) => s with { AllowFixingImproperHeader = v }, "mend faulty header fields of passed mail");
        add.Truth("$allow_fixing_improper_header_folding", Dynamic, s => s.AllowFixingImproperHeaderFolding, (s, v) => s with { AllowFixingImproperHeaderFolding = v }, "mend continuation lines of blanks alone");
        add.Truth("$allow_fixing_long_header_lines", Dynamic, s => s.AllowFixingLongHeaderLines, (s, v) => s with { AllowFixingLongHeaderLines = v }, "cut header lines at 998 characters");
        add.Integer("$prepend_header_fields_hdridx", Dynamic, Scalars.Integer(0, 100, whenNull: 0), s => s.PrependHeaderFieldsHdridx, (s, v) => s with { PrependHeaderFieldsHdridx = (int)v }, "where a milter inserts fields");
        add.TextOrEmpty("$sa_spam_level_char", Dynamic, s => s.SaSpamLevelChar, (s, v) => s with { SaSpamLevelChar = v }, "character of X-Spam-Level; empty: no such field");
        add.Add("%prefer_our_added_header_fields", Map, Dynamic, NamedSwitches.Reader(), s => s.PreferOurAddedHeaderFields, (s, v) => s with { PreferOurAddedHeaderFields = v(s.PreferOurAddedHeaderFields) }, "names of fields of which ours is added and not the one a scanner or hook gives, each true or false");
        add.Truth("$allow_disclaimers", Dynamic, s => s.AllowDisclaimers, (s, v) => s with { AllowDisclaimers = v }, "the manglings disclaimer and nulldisclaimer may be used");
        add.Truth("$outbound_disclaimers_only", Dynamic, s => s.OutboundDisclaimersOnly, (s, v) => s with { OutboundDisclaimersOnly = v }, "no disclaimer for local recipients");
        add.Maps("@disclaimer_options_bysender_maps", Dynamic, TextMaps, s => s.DisclaimerOptionsBysenderMaps, (s, v) => s with { DisclaimerOptionsBysenderMaps = v }, "text for _OPTION_ in altermime_args_disclaimer, by sender");
        add.Line("$altermime", Global, s => s.Altermime, (s, v) => s with { Altermime = v }, "program for the manglings altermime and disclaimer; null: none");
        add.Add("@altermime_args_defang", List, Dynamic, Scalars.Lines, s => s.AltermimeArgsDefang, (Settings s, IReadOnlyList<string> v) => s with { AltermimeArgsDefang = v }, "arguments of altermime for the mangling altermime");
        add.Add("@altermime_args_disclaimer", List, Dynamic, Scalars.Lines, s => s.AltermimeArgsDisclaimer, (Settings s, IReadOnlyList<string> v) => s with { AltermimeArgsDisclaimer = v }, "arguments of altermime for the mangling disclaimer");
        add.Meaningless("$enable_anomy_sanitizer", Truth, Global, "false", "a module inside the process that wraps mail; use the manglings attach or altermime");
        add.Meaningless("@anomy_sanitizer_args", List, Dynamic, "[]", "arguments of the module anomy");
    }
}
