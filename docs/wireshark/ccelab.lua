-- Wireshark dissector of GED-188, the media routing interface, and PG to router.
-- Made from the message tables; do not edit. See README.md beside it.

local books = {}

books[#books + 1] = {
    name = "cti", short = "CTI", title = "GED-188: CTI server and its clients",
    ports = "42027,43027", width = nil, max = 12500,
    fields = {
        activeterminal = { "ActiveTerminal", "string" },
        agentavailabilitystatus = { "AgentAvailabilityStatus", "uint" },
        agentextension = { "AgentExtension", "string" },
        agentid = { "AgentID", "string" },
        agentinstrument = { "AgentInstrument", "string" },
        agentmode = { "AgentMode", "uint" },
        agentskilltargetid = { "AgentSkillTargetID", "uint" },
        agentstate = { "AgentState", "uint" },
        agentstatemask = { "AgentStateMask", "uint" },
        ani = { "ANI", "string" },
        applicationdata = { "ApplicationData", "string" },
        applicationdisposition = { "ApplicationDisposition", "uint" },
        applicationpathid = { "ApplicationPathID", "int" },
        applicationrouted = { "ApplicationRouted", "bool" },
        armserviceid = { "ARMServiceID", "int" },
        armskillgroupid = { "ARMSkillGroupID", "int" },
        callerentereddigits = { "CallerEnteredDigits", "string" },
        callmsgmask = { "CallMsgMask", "uint" },
        calltypeid = { "CallTypeID", "uint" },
        callvariable1 = { "CallVariable1", "string" },
        callvariable10 = { "CallVariable10", "string" },
        callvariable2 = { "CallVariable2", "string" },
        callvariable3 = { "CallVariable3", "string" },
        callvariable4 = { "CallVariable4", "string" },
        callvariable5 = { "CallVariable5", "string" },
        callvariable6 = { "CallVariable6", "string" },
        callvariable7 = { "CallVariable7", "string" },
        callvariable8 = { "CallVariable8", "string" },
        callvariable9 = { "CallVariable9", "string" },
        ccaiconfigparam = { "CCAIConfigParam", "string" },
        clientid = { "ClientID", "string" },
        clientpassword = { "ClientPassword", "string" },
        clientsignature = { "ClientSignature", "string" },
        configmsgmask = { "ConfigMsgMask", "uint" },
        cticlientsignature = { "CTIClientSignature", "string" },
        departmentid = { "DepartmentID", "int" },
        dialednumber = { "DialedNumber", "string" },
        direction = { "Direction", "uint" },
        duration = { "Duration", "uint" },
        enabledservicetypes = { "EnabledServiceTypes", "bytes" },
        eventdeviceid = { "EventDeviceID", "string" },
        eventdevicetype = { "EventDeviceType", "uint" },
        eventreasoncode = { "EventReasonCode", "uint" },
        fltperipheralid = { "FltPeripheralID", "uint" },
        icmagentid = { "ICMAgentID", "int" },
        icmcentralcontrollertime = { "ICMCentralControllerTime", "uint" },
        icmdisposition = { "ICMDisposition", "uint" },
        idletimeout = { "IdleTimeout", "uint" },
        invokeid = { "InvokeID", "uint" },
        makeroutable = { "MakeRoutable", "bool" },
        maxbeyondtasklimit = { "MaxBeyondTaskLimit", "uint" },
        maxtasklimit = { "MaxTaskLimit", "uint" },
        maxtasks = { "MaxTasks", "uint" },
        mediaprovider = { "MediaProvider", "string" },
        mediatype = { "MediaType", "string" },
        monitorid = { "MonitorID", "uint" },
        mrdid = { "MRDID", "int" },
        mrdomainid = { "MRDomainID", "int" },
        multilineagentcontrol = { "MultilineAgentControl", "uint" },
        namedarray = { "NamedArray", "string" },
        namedvariable = { "NamedVariable", "string" },
        nextagentstate = { "NextAgentState", "uint" },
        numenabledservices = { "NumEnabledServices", "uint" },
        numfltskillgroups = { "NumFltSkillGroups", "uint" },
        numnamedarrays = { "NumNamedArrays", "uint" },
        numnamedvariables = { "NumNamedVariables", "uint" },
        numperipherals = { "NumPeripherals", "uint" },
        numtasks = { "NumTasks", "uint" },
        peripheralid = { "PeripheralID", "uint" },
        peripheralonline = { "PeripheralOnline", "bool" },
        peripheraltype = { "PeripheralType", "uint" },
        peripherlid = { "PeripherlID", "uint" },
        peripherltype = { "PeripherlType", "uint" },
        pgstatus = { "PGStatus", "uint" },
        precallinvokeid = { "PreCallInvokeID", "uint" },
        previoustaskid = { "PreviousTaskID", "string" },
        protocolreferenceguid = { "ProtocolReferenceGUID", "string" },
        reasoncode = { "ReasonCode", "uint" },
        reserved1 = { "Reserved1", "uint" },
        reserved2 = { "Reserved2", "uint" },
        reserved3 = { "Reserved3", "uint" },
        routercallkeycallid = { "RouterCallKeyCallID", "uint" },
        routercallkeyday = { "RouterCallKeyDay", "uint" },
        routercallkeysequencenumber = { "RouterCallKeySequenceNumber", "uint" },
        serviceid = { "ServiceID", "uint" },
        serviceid_int = { "ServiceID", "int" },
        servicenumber = { "ServiceNumber", "uint" },
        servicesgranted = { "ServicesGranted", "uint" },
        servicesrequested = { "ServicesRequested", "uint" },
        sessionid = { "SessionID", "uint" },
        sessiontype = { "SessionType", "uint" },
        skillgroupid = { "SkillGroupID", "uint" },
        skillgroupid_int = { "SkillGroupID", "int" },
        skillgroupnumber = { "SkillGroupNumber", "uint" },
        skillgrouppriority = { "SkillGroupPriority", "uint" },
        skillgroupstate = { "SkillGroupState", "uint" },
        stateduration = { "StateDuration", "uint" },
        status = { "Status", "uint" },
        systemeventarg1 = { "SystemEventArg1", "uint" },
        systemeventarg2 = { "SystemEventArg2", "uint" },
        systemeventarg3 = { "SystemEventArg3", "uint" },
        systemeventid = { "SystemEventID", "uint" },
        taskid = { "TaskID", "string" },
        text = { "Text", "string" },
        uniqueinstid = { "UniqueInstID", "string" },
        usertouserinfo = { "UserToUserInfo", "bytes" },
        versionnumber = { "VersionNumber", "uint" },
        wrapupdata = { "WrapupData", "string" },
    },
    rows = {
        [1] = {
            name = "FAILURE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [2] = {
            name = "FAILURE_EVENT",
            fixed = {
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [3] = {
            name = "OPEN_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "versionnumber", "UINT", 0, 4 },
                { "idletimeout", "UINT", 0, 4 },
                { "peripheralid", "UINT", 0, 4 },
                { "servicesrequested", "UINT", 0, 4 },
                { "callmsgmask", "UINT", 0, 4 },
                { "agentstatemask", "UINT", 0, 4 },
                { "configmsgmask", "UINT", 0, 4 },
                { "reserved1", "UINT", 0, 4 },
                { "reserved2", "UINT", 0, 4 },
                { "reserved3", "UINT", 0, 4 },
            },
            floats = {
                [1] = { "clientid", "STRING", 0 },
                [2] = { "clientpassword", "SECRET", 0 },
                [3] = { "clientsignature", "STRING", 0 },
                [4] = { "agentextension", "STRING", 0 },
                [5] = { "agentid", "STRING", 0 },
                [6] = { "agentinstrument", "STRING", 0 },
                [97] = { "applicationpathid", "INT", 0, 4 },
                [308] = { "uniqueinstid", "STRING", 24 },
            },
        },
        [4] = {
            name = "OPEN_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "servicesgranted", "UINT", 0, 4 },
                { "monitorid", "UINT", 0, 4 },
                { "pgstatus", "UINT", 0, 4 },
                { "icmcentralcontrollertime", "TIME", 0, 4 },
                { "peripheralonline", "BOOL", 0, 2 },
                { "peripheraltype", "USHORT", 0, 2 },
                { "agentstate", "USHORT", 0, 2 },
                { "departmentid", "INT", 19, 4 },
                { "sessiontype", "USHORT", 24, 2 },
            },
            floats = {
                [4] = { "agentextension", "STRING", 0 },
                [5] = { "agentid", "STRING", 0 },
                [6] = { "agentinstrument", "STRING", 0 },
                [228] = { "numperipherals", "USHORT", 14, 2 },
                [208] = { "fltperipheralid", "UINT", 14, 4 },
                [224] = { "multilineagentcontrol", "USHORT", 14, 2 },
            },
        },
        [5] = {
            name = "HEARTBEAT_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [6] = {
            name = "HEARTBEAT_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [7] = {
            name = "CLOSE_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [8] = {
            name = "CLOSE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [30] = {
            name = "AGENT_STATE_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripheralid", "UINT", 0, 4 },
                { "sessionid", "UINT", 0, 4 },
                { "peripheraltype", "USHORT", 0, 2 },
                { "skillgroupstate", "USHORT", 0, 2 },
                { "stateduration", "UINT", 0, 4 },
                { "skillgroupnumber", "UINT", 0, 4 },
                { "skillgroupid", "UINT", 0, 4 },
                { "skillgrouppriority", "USHORT", 0, 2 },
                { "agentstate", "USHORT", 0, 2 },
                { "eventreasoncode", "USHORT", 0, 2 },
                { "mrdid", "INT", 0, 4 },
                { "numtasks", "UINT", 0, 4 },
                { "agentmode", "USHORT", 0, 2 },
                { "maxtasklimit", "UINT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "agentavailabilitystatus", "UINT", 0, 4 },
                { "numfltskillgroups", "USHORT", 0, 2 },
                { "departmentid", "INT", 19, 4 },
            },
            floats = {
                [3] = { "cticlientsignature", "STRING", 0 },
                [5] = { "agentid", "STRING", 0 },
                [4] = { "agentextension", "STRING", 0 },
                [303] = { "activeterminal", "STRING", 20 },
                [6] = { "agentinstrument", "STRING", 0 },
                [150] = { "duration", "UINT", 0, 4 },
                [123] = { "nextagentstate", "USHORT", 0, 2 },
                [244] = { "direction", "UINT", 16, 4 },
                [266] = { "maxbeyondtasklimit", "UINT", 22, 4 },
                [62] = { "skillgroupnumber", "UINT", 0, 4 },
                [63] = { "skillgroupid", "UINT", 0, 4 },
                [64] = { "skillgrouppriority", "USHORT", 0, 2 },
                [65] = { "skillgroupstate", "USHORT", 0, 2 },
            },
        },
        [31] = {
            name = "SYSTEM_EVENT",
            fixed = {
                { "pgstatus", "UINT", 0, 4 },
                { "icmcentralcontrollertime", "TIME", 0, 4 },
                { "systemeventid", "UINT", 0, 4 },
                { "systemeventarg1", "UINT", 0, 4 },
                { "systemeventarg2", "UINT", 0, 4 },
                { "systemeventarg3", "UINT", 0, 4 },
                { "eventdevicetype", "USHORT", 0, 2 },
            },
            floats = {
                [7] = { "text", "STRING", 0 },
                [206] = { "eventdeviceid", "STRING", 0 },
            },
        },
        [105] = {
            name = "AGENT_PRE_CALL_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "numnamedvariables", "USHORT", 0, 2 },
                { "numnamedarrays", "USHORT", 0, 2 },
                { "servicenumber", "UINT", 0, 4 },
                { "serviceid", "UINT", 0, 4 },
                { "skillgroupnumber", "UINT", 0, 4 },
                { "skillgroupid", "UINT", 0, 4 },
                { "skillgrouppriority", "USHORT", 0, 2 },
                { "mrdid", "INT", 0, 4 },
                { "agentskilltargetid", "UINT", 20, 4 },
            },
            floats = {
                [6] = { "agentinstrument", "STRING", 0 },
                [72] = { "routercallkeyday", "UINT", 0, 4 },
                [73] = { "routercallkeycallid", "UINT", 0, 4 },
                [110] = { "routercallkeysequencenumber", "UINT", 0, 4 },
                [8] = { "ani", "STRING", 0 },
                [9] = { "usertouserinfo", "BYTES", 0 },
                [11] = { "dialednumber", "STRING", 0 },
                [12] = { "callerentereddigits", "STRING", 0 },
                [210] = { "calltypeid", "UINT", 11, 4 },
                [221] = { "precallinvokeid", "UINT", 14, 4 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "namedvariable", "NAMEDVAR", 0 },
                [83] = { "namedarray", "NAMEDARRAY", 0 },
                [5] = { "agentid", "STRING", 20 },
                [294] = { "protocolreferenceguid", "STRING", 23 },
                [310] = { "numenabledservices", "USHORT", 24, 2 },
                [309] = { "enabledservicetypes", "BYTES", 24 },
                [311] = { "ccaiconfigparam", "STRING", 24 },
            },
        },
        [106] = {
            name = "AGENT_PRE_CALL_ABORT_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
            },
            floats = {
                [6] = { "agentinstrument", "STRING", 0 },
                [72] = { "routercallkeyday", "UINT", 0, 4 },
                [73] = { "routercallkeycallid", "UINT", 0, 4 },
                [110] = { "routercallkeysequencenumber", "UINT", 0, 4 },
            },
        },
        [151] = {
            name = "MEDIA_LOGIN_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "maxtasklimit", "UINT", 0, 4 },
                { "makeroutable", "BOOL", 0, 2 },
            },
            floats = {
                [6] = { "agentinstrument", "STRING", 0 },
                [266] = { "maxbeyondtasklimit", "UINT", 22, 4 },
                [312] = { "mediatype", "STRING", 23 },
                [313] = { "mediaprovider", "STRING", 23 },
            },
        },
        [152] = {
            name = "MEDIA_LOGIN_RESP",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [153] = {
            name = "MEDIA_LOGOUT_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "reasoncode", "USHORT", 0, 2 },
            },
            floats = {
                [259] = { "icmdisposition", "UINT", 20, 4 },
                [260] = { "applicationdisposition", "UINT", 20, 4 },
            },
        },
        [154] = {
            name = "MAKE_AGENT_ROUTABLE_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "maxtasks", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [155] = {
            name = "MAKE_AGENT_NOT_ROUTABLE_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [156] = {
            name = "MAKE_AGENT_NOT_ROUTABLE_RESP",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [157] = {
            name = "MAKE_AGENT_READY_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "makeroutable", "BOOL", 0, 2 },
            },
            floats = {
            },
        },
        [158] = {
            name = "MAKE_AGENT_NOT_READY_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "reasoncode", "USHORT", 0, 2 },
            },
            floats = {
            },
        },
        [159] = {
            name = "MAKE_AGENT_NOT_READY_RESP",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [160] = {
            name = "OFFER_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "armskillgroupid", "INT", 0, 4 },
                { "armserviceid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [163] = {
            name = "START_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "armskillgroupid", "INT", 0, 4 },
                { "armserviceid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [166] = {
            name = "PAUSE_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
            },
            floats = {
            },
        },
        [167] = {
            name = "RESUME_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
            },
            floats = {
            },
        },
        [168] = {
            name = "WRAPUP_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
            },
            floats = {
            },
        },
        [169] = {
            name = "END_TASK_IND",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmdisposition", "UINT", 0, 4 },
                { "applicationdisposition", "UINT", 0, 4 },
            },
            floats = {
                [46] = { "wrapupdata", "STRING", 0 },
                [101] = { "applicationdata", "STRING", 0 },
            },
        },
        [170] = {
            name = "AGENT_MADE_NOT_ROUTABLE_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripheralid", "UINT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "icmagentid", "INT", 0, 4 },
                { "reasoncode", "USHORT", 0, 2 },
            },
            floats = {
            },
        },
        [190] = {
            name = "FAILURE_RESP",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [194] = {
            name = "OFFER_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
                { "skillgroupid_int", "INT", 0, 4 },
                { "serviceid_int", "INT", 0, 4 },
                { "applicationrouted", "BOOL", 0, 2 },
            },
            floats = {
            },
        },
        [195] = {
            name = "START_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
                { "skillgroupid_int", "INT", 0, 4 },
                { "serviceid_int", "INT", 0, 4 },
                { "applicationrouted", "BOOL", 0, 2 },
            },
            floats = {
            },
        },
        [196] = {
            name = "PAUSE_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [197] = {
            name = "RESUME_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [198] = {
            name = "WRAPUP_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [199] = {
            name = "END_TASK_EVENT",
            fixed = {
                { "monitorid", "UINT", 0, 4 },
                { "peripherlid", "UINT", 0, 4 },
                { "peripherltype", "USHORT", 0, 2 },
                { "mrdomainid", "INT", 0, 4 },
                { "taskid", "TASKID", 0, 12 },
                { "previoustaskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
                { "icmdisposition", "UINT", 0, 4 },
                { "applicationdisposition", "UINT", 0, 4 },
            },
            floats = {
                [46] = { "wrapupdata", "STRING", 0 },
                [101] = { "applicationdata", "STRING", 0 },
            },
        },
    },
}

books[#books + 1] = {
    name = "mr", short = "MR", title = "Media routing interface: application and MR PIM",
    ports = "38001", width = 1, max = 4096,
    fields = {
        agent = { "Agent", "int" },
        agentinfo = { "AgentInfo", "string" },
        applicationname = { "ApplicationName", "string" },
        applicationstring1 = { "ApplicationString1", "string" },
        applicationstring2 = { "ApplicationString2", "string" },
        callvariable1 = { "CallVariable1", "string" },
        callvariable10 = { "CallVariable10", "string" },
        callvariable2 = { "CallVariable2", "string" },
        callvariable3 = { "CallVariable3", "string" },
        callvariable4 = { "CallVariable4", "string" },
        callvariable5 = { "CallVariable5", "string" },
        callvariable6 = { "CallVariable6", "string" },
        callvariable7 = { "CallVariable7", "string" },
        callvariable8 = { "CallVariable8", "string" },
        callvariable9 = { "CallVariable9", "string" },
        cause = { "Cause", "uint" },
        ciscoreserved = { "CiscoReserved", "uint" },
        dialogueid = { "DialogueID", "uint" },
        eccvariable = { "ECC Variable", "string" },
        estimatedwaittime = { "EstimatedWaitTime", "int" },
        icmtaskid = { "IcmTaskID", "string" },
        idletimeout = { "IdleTimeout", "uint" },
        interruptible = { "Interruptible", "uint" },
        invokeid = { "InvokeID", "uint" },
        label = { "Label", "string" },
        mrdid = { "MRDID", "int" },
        mrdomainid = { "MRDomainID", "int" },
        peripheralid = { "PeripheralID", "uint" },
        preferredagent = { "PreferredAgent", "int" },
        previoustask = { "PreviousTask", "string" },
        reasoncode = { "ReasonCode", "uint" },
        result = { "Result", "uint" },
        routingenabled = { "RoutingEnabled", "bool" },
        scriptselector = { "ScriptSelector", "string" },
        sendseqno = { "SendSeqNo", "uint" },
        service = { "Service", "int" },
        servicerequested = { "ServiceRequested", "uint" },
        servicessupported = { "ServicesSupported", "uint" },
        skillgroup = { "SkillGroup", "int" },
        status = { "Status", "uint" },
        versionnumber = { "VersionNumber", "uint" },
    },
    rows = {
        [1] = {
            name = "FAILURE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [2] = {
            name = "FAILURE_EVENT",
            fixed = {
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [3] = {
            name = "OPEN_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "versionnumber", "UINT", 0, 4 },
                { "idletimeout", "UINT", 0, 4 },
                { "peripheralid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [4] = {
            name = "OPEN_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "servicessupported", "UINT", 0, 4 },
            },
            floats = {
                [1] = { "applicationname", "STRING", 0 },
            },
        },
        [5] = {
            name = "HEARTBEAT_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [6] = {
            name = "HEARTBEAT_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [7] = {
            name = "CLOSE_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [8] = {
            name = "CLOSE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [9] = {
            name = "NEW_TASK",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "mrdomainid", "INT", 0, 4 },
                { "previoustask", "TASKID", 0, 12 },
                { "preferredagent", "INT", 0, 4 },
                { "service", "INT", 0, 4 },
                { "ciscoreserved", "UINT", 0, 4 },
            },
            floats = {
                [99] = { "scriptselector", "STRING", 0 },
                [100] = { "applicationstring1", "STRING", 0 },
                [101] = { "applicationstring2", "STRING", 0 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
                [106] = { "servicerequested", "UINT", 0, 4 },
            },
        },
        [10] = {
            name = "NEW_TASK_FAILURE_EVENT",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "reasoncode", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [11] = {
            name = "TASK_QUEUED_EVENT",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "icmtaskid", "TASKID", 0, 12 },
                { "estimatedwaittime", "INT", 0, 4 },
            },
            floats = {
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
            },
        },
        [12] = {
            name = "DO_THIS_WITH_TASK",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "icmtaskid", "TASKID", 0, 12 },
                { "skillgroup", "INT", 0, 4 },
                { "service", "INT", 0, 4 },
                { "agent", "INT", 0, 4 },
            },
            floats = {
                [102] = { "agentinfo", "STRING", 0 },
                [103] = { "label", "STRING", 0 },
                [100] = { "applicationstring1", "STRING", 0 },
                [101] = { "applicationstring2", "STRING", 0 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
                [104] = { "mrdid", "INT", 0, 4 },
                [105] = { "interruptible", "USHORT", 0, 2 },
            },
        },
        [13] = {
            name = "CANCEL_TASK",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "reasoncode", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [14] = {
            name = "CANCEL_TASK_CONF",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "result", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [15] = {
            name = "TERMINATE_DIALOGUE_EVENT",
            fixed = {
                { "dialogueid", "UINT", 0, 4 },
                { "sendseqno", "UINT", 0, 4 },
                { "cause", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [16] = {
            name = "ROUTING_STATUS_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [17] = {
            name = "ROUTING_STATUS_EVENT",
            fixed = {
                { "routingenabled", "BOOL", 0, 2 },
            },
            floats = {
            },
        },
    },
}

books[#books + 1] = {
    name = "icm", short = "ICM", title = "Peripheral gateway and router",
    ports = "40002", width = 2, max = 65536,
    fields = {
        activetasks = { "ActiveTasks", "uint" },
        agentavailabilitystatus = { "AgentAvailabilityStatus", "uint" },
        agentmode = { "AgentMode", "bool" },
        agentstate = { "AgentState", "uint" },
        aginfo = { "AGInfo", "string" },
        agstid = { "AGSTID", "int" },
        ani = { "ANI", "string" },
        atvru = { "atVRU", "bool" },
        calledparty = { "CalledParty#", "string" },
        callguid = { "CallGUID", "string" },
        callingparty = { "CallingParty#", "string" },
        calltypeid = { "CallTypeID", "uint" },
        callvariable1 = { "CallVariable1", "string" },
        callvariable10 = { "CallVariable10", "string" },
        callvariable2 = { "CallVariable2", "string" },
        callvariable3 = { "CallVariable3", "string" },
        callvariable4 = { "CallVariable4", "string" },
        callvariable5 = { "CallVariable5", "string" },
        callvariable6 = { "CallVariable6", "string" },
        callvariable7 = { "CallVariable7", "string" },
        callvariable8 = { "CallVariable8", "string" },
        callvariable9 = { "CallVariable9", "string" },
        ccaiconfigparam = { "CCAIConfigParam", "string" },
        ced = { "CED", "string" },
        centralcontrollertime = { "CentralControllerTime", "uint" },
        cid = { "CID", "uint" },
        clidrestrict = { "CLIDRestrict", "bool" },
        corrid = { "CorrID", "string" },
        customrid = { "CustomrID", "uint" },
        delayqtime = { "DelayQTime", "uint" },
        delayroutertime = { "DelayRouterTime", "uint" },
        did = { "DID", "uint" },
        didrelseq = { "DIDRelSeq#", "uint" },
        dn = { "DN", "string" },
        eccpayloadid = { "ECCPayloadID", "uint" },
        eccvariable = { "ECC Variable", "string" },
        enabledservicetypes = { "EnabledServiceTypes", "bytes" },
        errorcode = { "ErrorCode", "uint" },
        estimatedwaittime = { "EstimatedWaitTime", "int" },
        eventsel = { "EventSel", "uint" },
        grpdelkey = { "GrpDelKey", "uint" },
        icmagentid = { "ICMAgentID", "int" },
        icmdisposition = { "ICMDisposition", "uint" },
        interruptible = { "Interruptible", "bool" },
        invokeid = { "InvokeID", "uint" },
        legacyprecallmsgenabled = { "LegacyPreCallMsgEnabled", "bool" },
        maxbeyondtasklimit = { "MaxBeyondTaskLimit", "uint" },
        maxtasklimit = { "MaxTaskLimit", "uint" },
        mrdid = { "MRDID", "int" },
        mrdomainid = { "MRDomainID", "int" },
        msgorigin = { "MsgOrigin", "uint" },
        netdelay = { "NetDelay", "uint" },
        networkcallflags = { "NetworkCallFlags", "uint" },
        networktargetid = { "NetworkTargetID", "uint" },
        networktransferenabled = { "NetworkTransferEnabled", "bool" },
        niccalledparty = { "NICCalledParty#", "string" },
        niccalledpartynumber = { "NIC_CalledPartyNumber", "string" },
        numenabledservices = { "NumEnabledServices", "uint" },
        numtasks = { "NumTasks", "uint" },
        operationcode = { "OperationCode", "uint" },
        operationflags = { "OperationFlags", "uint" },
        originator = { "Originator", "string" },
        origtype = { "OrigType", "uint" },
        perid = { "PerID", "uint" },
        peripheralid = { "PeripheralID", "uint" },
        peripheraltype = { "PeripheralType", "uint" },
        pid = { "PID", "uint" },
        pqid = { "PQID", "int" },
        prefagstid = { "PrefAGSTID", "int" },
        priority = { "Priority", "uint" },
        queueid = { "QueueID", "uint" },
        queuetype = { "QueueType", "int" },
        rcid = { "RCID", "uint" },
        rckseq = { "RCKSeq#", "int" },
        rckseqnum = { "RCKSeqNum", "int" },
        reasoncode = { "ReasonCode", "uint" },
        result = { "Result", "uint" },
        routedevtype = { "RouteDevType", "uint" },
        routeid = { "RouteID", "uint" },
        routercallkey = { "RouterCallKey", "string" },
        rtrcid = { "RtrCID", "int" },
        rtrdate = { "RtrDate", "int" },
        servicereq = { "ServiceReq", "uint" },
        servicerequested = { "ServiceRequested", "uint" },
        sgdelayqtime = { "SGDelayQTime", "uint" },
        sgstid = { "SGSTID", "int" },
        status = { "Status", "uint" },
        steporder = { "StepOrder", "uint" },
        svcstid = { "SvcSTID", "int" },
        svctype = { "SvcType", "uint" },
        taskid = { "TaskID", "string" },
        taskstate = { "TaskState", "uint" },
        trtargetid = { "TRTargetID", "int" },
        version = { "Version", "uint" },
    },
    rows = {
        [1] = {
            name = "FAILURE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [2] = {
            name = "FAILURE_EVENT",
            fixed = {
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [3] = {
            name = "OPEN_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "version", "UINT", 0, 4 },
                { "peripheralid", "UINT", 0, 4 },
                { "peripheraltype", "USHORT", 0, 2 },
            },
            floats = {
            },
        },
        [4] = {
            name = "OPEN_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "centralcontrollertime", "TIME", 0, 4 },
            },
            floats = {
            },
        },
        [5] = {
            name = "HEARTBEAT_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [6] = {
            name = "HEARTBEAT_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [7] = {
            name = "CLOSE_REQ",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
                { "status", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [8] = {
            name = "CLOSE_CONF",
            fixed = {
                { "invokeid", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [20] = {
            name = "NEW_CALL",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "grpdelkey", "UINT", 0, 4 },
                { "rtrdate", "INT", 0, 4 },
                { "rtrcid", "INT", 0, 4 },
                { "rckseq", "INT", 0, 4 },
                { "operationcode", "USHORT", 0, 2 },
                { "operationflags", "USHORT", 0, 2 },
                { "msgorigin", "USHORT", 0, 2 },
                { "routedevtype", "USHORT", 0, 2 },
                { "netdelay", "UINT", 0, 4 },
                { "priority", "USHORT", 0, 2 },
                { "origtype", "USHORT", 0, 2 },
                { "atvru", "BOOL", 0, 2 },
                { "clidrestrict", "BOOL", 0, 2 },
                { "prefagstid", "INT", 0, 4 },
                { "mrdomainid", "INT", 0, 4 },
                { "legacyprecallmsgenabled", "BOOL", 0, 2 },
                { "cid", "UINT", 0, 4 },
                { "servicereq", "UINT", 0, 4 },
                { "queuetype", "INT", 0, 4 },
                { "queueid", "UINT", 0, 4 },
            },
            floats = {
                [11] = { "calledparty", "STRING", 0 },
                [8] = { "callingparty", "STRING", 0 },
                [12] = { "ced", "STRING", 0 },
                [23] = { "originator", "STRING", 0 },
                [24] = { "niccalledparty", "STRING", 0 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
            },
        },
        [21] = {
            name = "CONNECT",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "rtrdate", "INT", 0, 4 },
                { "rtrcid", "INT", 0, 4 },
                { "rckseq", "INT", 0, 4 },
                { "errorcode", "UINT", 0, 4 },
                { "trtargetid", "INT", 0, 4 },
                { "eventsel", "UINT", 0, 4 },
                { "svctype", "UINT", 0, 4 },
                { "operationcode", "USHORT", 0, 2 },
                { "operationflags", "USHORT", 0, 2 },
                { "networktransferenabled", "BOOL", 0, 2 },
                { "eccpayloadid", "UINT", 0, 4 },
                { "invokeid", "UINT", 0, 4 },
                { "sgstid", "INT", 0, 4 },
                { "pqid", "INT", 0, 4 },
                { "svcstid", "INT", 0, 4 },
                { "agstid", "INT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "interruptible", "BOOL", 0, 2 },
            },
            floats = {
                [25] = { "corrid", "STRING", 0 },
                [24] = { "niccalledparty", "STRING", 0 },
                [102] = { "aginfo", "STRING", 0 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
            },
        },
        [22] = {
            name = "QUEUE_EVENT",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "rtrdate", "INT", 0, 4 },
                { "rtrcid", "INT", 0, 4 },
                { "rckseq", "INT", 0, 4 },
                { "estimatedwaittime", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [23] = {
            name = "RELEASE",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "reasoncode", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [24] = {
            name = "DIALOG_FAIL",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "reasoncode", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [25] = {
            name = "RELEASE_CONF",
            fixed = {
                { "rcid", "UINT", 0, 4 },
                { "pid", "UINT", 0, 4 },
                { "did", "UINT", 0, 4 },
                { "didrelseq", "UINT", 0, 4 },
                { "result", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [30] = {
            name = "DEVICE_TARGET_PRE_CALL_IND",
            fixed = {
                { "routercallkey", "TASKID", 0, 12 },
                { "perid", "UINT", 0, 4 },
                { "pqid", "INT", 0, 4 },
                { "steporder", "UINT", 0, 4 },
                { "agstid", "INT", 0, 4 },
                { "sgstid", "INT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "networkcallflags", "UINT", 0, 4 },
                { "invokeid", "UINT", 0, 4 },
                { "routeid", "UINT", 0, 4 },
                { "networktargetid", "UINT", 0, 4 },
                { "rckseqnum", "INT", 0, 4 },
                { "delayqtime", "UINT", 0, 4 },
                { "delayroutertime", "UINT", 0, 4 },
                { "sgdelayqtime", "UINT", 0, 4 },
                { "calltypeid", "UINT", 0, 4 },
                { "customrid", "UINT", 0, 4 },
                { "servicerequested", "UINT", 0, 4 },
                { "eccpayloadid", "UINT", 0, 4 },
            },
            floats = {
                [8] = { "ani", "STRING", 0 },
                [11] = { "dn", "STRING", 0 },
                [12] = { "ced", "STRING", 0 },
                [24] = { "niccalledpartynumber", "STRING", 0 },
                [294] = { "callguid", "STRING", 0 },
                [310] = { "numenabledservices", "USHORT", 0, 2 },
                [309] = { "enabledservicetypes", "BYTES", 0 },
                [311] = { "ccaiconfigparam", "STRING", 0 },
                [13] = { "callvariable1", "STRING", 0 },
                [14] = { "callvariable2", "STRING", 0 },
                [15] = { "callvariable3", "STRING", 0 },
                [16] = { "callvariable4", "STRING", 0 },
                [17] = { "callvariable5", "STRING", 0 },
                [18] = { "callvariable6", "STRING", 0 },
                [19] = { "callvariable7", "STRING", 0 },
                [20] = { "callvariable8", "STRING", 0 },
                [21] = { "callvariable9", "STRING", 0 },
                [22] = { "callvariable10", "STRING", 0 },
                [82] = { "eccvariable", "NAMEDVAR", 0 },
            },
        },
        [31] = {
            name = "DEVICE_TARGET_PRE_CALL_ABORT_IND",
            fixed = {
                { "routercallkey", "TASKID", 0, 12 },
                { "agstid", "INT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
            },
            floats = {
            },
        },
        [32] = {
            name = "AGENT_STATE_UPDATE",
            fixed = {
                { "icmagentid", "INT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "agentstate", "USHORT", 0, 2 },
                { "activetasks", "UINT", 0, 4 },
                { "numtasks", "UINT", 0, 4 },
                { "maxtasklimit", "UINT", 0, 4 },
                { "maxbeyondtasklimit", "UINT", 0, 4 },
                { "agentmode", "BOOL", 0, 2 },
                { "agentavailabilitystatus", "UINT", 0, 4 },
            },
            floats = {
            },
        },
        [33] = {
            name = "TASK_EVENT",
            fixed = {
                { "taskid", "TASKID", 0, 12 },
                { "icmagentid", "INT", 0, 4 },
                { "mrdid", "INT", 0, 4 },
                { "taskstate", "USHORT", 0, 2 },
                { "icmdisposition", "UINT", 0, 4 },
            },
            floats = {
            },
        },
    },
}

-- What follows is the same for every protocol.

local default_version = 24
local first_wide_version = 20
local version_of_stream = {}
local tcp_stream = Field.new("tcp.stream")

local make = {
    uint = ProtoField.uint32,
    int = ProtoField.int32,
    bool = ProtoField.bool,
    string = ProtoField.string,
    bytes = ProtoField.bytes,
}

local function text_of(range)
    return (range:raw():match("^[^%z]*"))
end

local function pair_of(range, first)
    local raw = range:raw()
    local name, value = raw:sub(first):match("^([^%z]*)%z([^%z]*)")
    if not name then return nil end
    return name .. "=" .. value
end

local function show(tree, proto_field, kind, range)
    if kind == "UCHAR" or kind == "USHORT" or kind == "UINT" or kind == "TIME" then
        tree:add(proto_field, range, range:uint())
    elseif kind == "INT" then
        tree:add(proto_field, range, range:int())
    elseif kind == "SHORT" then
        tree:add(proto_field, range, range:int())
    elseif kind == "BOOL" then
        tree:add(proto_field, range, range:uint() ~= 0)
    elseif kind == "TASKID" then
        local day, call, sequence = range(0, 4):int(), range(4, 4):int(), range(8, 4):int()
        tree:add(proto_field, range, string.format("%d_%d_%d", day, call, sequence))
    elseif kind == "STRING" or kind == "COUNTED" then
        tree:add(proto_field, range, text_of(range))
    elseif kind == "NAMEDVAR" then
        tree:add(proto_field, range, pair_of(range, 1) or text_of(range))
    elseif kind == "NAMEDARRAY" then
        tree:add(proto_field, range, pair_of(range, 2) or text_of(range))
    elseif kind == "SECRET" then
        tree:add(proto_field, range, "***")
    else
        tree:add(proto_field, range)
    end
end

local function register(book)
    local proto = Proto("ccelab_" .. book.name, book.title)
    local prefix = "ccelab." .. book.name .. "."
    local own = {
        length = ProtoField.uint32(prefix .. "messagelength", "MessageLength"),
        kind = ProtoField.uint32(prefix .. "messagetype", "MessageType"),
        name = ProtoField.string(prefix .. "message", "Message"),
        version = ProtoField.uint32(prefix .. "sessionversion", "Version of the session"),
        unknown = ProtoField.bytes(prefix .. "unknown", "Unknown floating field"),
        body = ProtoField.bytes(prefix .. "body", "Body without a known layout"),
    }
    local fields = { own.length, own.kind, own.name, own.version, own.unknown, own.body }
    local proto_fields = {}
    for abbreviation, field in pairs(book.fields) do
        proto_fields[abbreviation] = make[field[2]](prefix .. abbreviation, field[1])
        fields[#fields + 1] = proto_fields[abbreviation]
    end
    proto.fields = fields
    local malformed = ProtoExpert.new(prefix .. "malformed", "Malformed message", expert.group.MALFORMED, expert.severity.ERROR)
    proto.experts = { malformed }
    proto.prefs.ports = Pref.range("TCP ports", book.ports, "Ports where it is spoken", 65535)

    local function floats(tvb, tree, row, at, width, version)
        while at < tvb:len() do
            if tvb:len() - at < 2 * width then return at end
            local tag, length = tvb(at, width):uint(), tvb(at + width, width):uint()
            if tvb:len() - at - 2 * width < length then return at end
            local field = row.floats[tag]
            local whole = tvb(at, 2 * width + length)
            local data = length > 0 and tvb(at + 2 * width, length) or nil
            local fits = field and field[3] <= version and (not field[4] or field[4] == length)
            if fits and data then
                show(tree, proto_fields[field[1]], field[2], data)
            elseif fits then
                tree:add(proto_fields[field[1]], whole, ""):append_text(" (empty)")
            else
                tree:add(own.unknown, whole):append_text(" (tag " .. tag .. ")")
            end
            at = at + 2 * width + length
        end
        return nil
    end

    -- Gives where the message ends too early, or nothing when it is whole.
    local function body(tvb, tree, row, version)
        if row.raw then
            if tvb:len() > 8 then tree:add(own.body, tvb(8)) end
            return nil
        end
        local at = 8
        for _, field in ipairs(row.fixed) do
            local abbreviation, kind, since, size = field[1], field[2], field[3], field[4]
            if since <= version then
                if kind == "COUNTED" then
                    if tvb:len() - at < 2 then return at end
                    size = tvb(at, 2):uint()
                    at = at + 2
                end
                if tvb:len() - at < size then return at end
                if size > 0 then show(tree, proto_fields[abbreviation], kind, tvb(at, size)) end
                at = at + size
            end
        end
        local width = book.width or (version < first_wide_version and 1 or 2)
        return floats(tvb, tree, row, at, width, version)
    end

    local function message(tvb, pinfo, tree)
        local stream = tcp_stream()
        stream = stream and stream.value or 0
        local kind = tvb(4, 4):uint()
        if book.width == nil and kind == 3 and tvb:len() >= 16 then
            version_of_stream[stream] = tvb(12, 4):uint()
        end
        local version = book.width and 0 or version_of_stream[stream] or default_version
        if book.width then version = 65535 end
        local row = book.rows[kind]
        local name = row and row.name or ("message " .. kind)
        local branch = tree:add(proto, tvb(), book.short .. ", " .. name)
        branch:add(own.length, tvb(0, 4))
        branch:add(own.kind, tvb(4, 4))
        branch:add(own.name, tvb(4, 4), name)
        if not book.width then branch:add(own.version, tvb(4, 4), version):set_generated() end
        if row then
            local short_at = body(tvb, branch, row, version)
            if short_at then
                branch:add_proto_expert_info(malformed, "the message ends inside a field, at byte " .. short_at)
            end
        elseif tvb:len() > 8 then
            branch:add(own.body, tvb(8))
        end
        pinfo.cols.protocol = book.short
        if tostring(pinfo.cols.info):find(book.short, 1, true) then
            pinfo.cols.info:append(", " .. name)
        else
            pinfo.cols.info:set(book.short .. ": " .. name)
        end
        return tvb:len()
    end

    local function length_of(tvb, pinfo, offset)
        return tvb(offset, 4):uint() + 8
    end

    function proto.dissector(tvb, pinfo, tree)
        if tvb:len() >= 8 and length_of(tvb, pinfo, 0) > book.max then
            local branch = tree:add(proto, tvb(), book.short .. ", length beyond the limit")
            branch:add_proto_expert_info(malformed, "the header announces more than " .. book.max .. " bytes")
            return tvb:len()
        end
        dissect_tcp_pdus(tvb, tree, 8, length_of, message)
        return tvb:len()
    end

    DissectorTable.get("tcp.port"):add(book.ports, proto)
end

for _, book in ipairs(books) do
    register(book)
end
